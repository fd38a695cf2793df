"""Where the scraper meets the world."""
