"""Tests of the scraper without a network."""
