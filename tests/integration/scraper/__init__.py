"""The scraper against a small world on loopback."""
