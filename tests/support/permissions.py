"""Who may say what on the broker: one table, asked of the declaration and of a real server."""

SERVICES = ("gateway", "scraper", "refresher", "health", "uploader")
WRITERS = {
    "scrape.requested.interactive.default": {"gateway", "refresher"},
    "scrape.requested.background.default": {"gateway", "refresher"},
    "scrape.started": {"scraper"},
    "links.scraped": {"scraper"},
    "scrape.failed": {"scraper"},
    "links.updated": {"refresher"},
    "links.died": {"health"},
    "links.revived": {"health"},
    "catalog.changed": {"gateway"},
    "settings.changed": {"gateway"},
    "playback.started": {"gateway"},
    "playback.failed": {"gateway"},
    "live.scrape.7": {"scraper", "refresher", "health", "uploader"},
}
