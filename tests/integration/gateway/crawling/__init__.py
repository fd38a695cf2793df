"""Crawls as the gateway stores them."""
