"""What the scraper decides with a pencil."""
