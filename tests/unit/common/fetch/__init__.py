"""Tests of the fetcher's decisions."""
