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
    "crawl.requested.default": {"gateway"},
    "crawl.started": {"scraper"},
    "catalog.crawled": {"scraper"},
    "crawl.finished": {"scraper"},
    "page.kept.otakudesu.1": {"scraper"},
    "ask.scraper.try": {"gateway"},
    "catalog.changed": {"gateway"},
    "settings.changed": {"gateway"},
    "definitions.changed": {"gateway"},
    "playback.started": {"gateway"},
    "playback.failed": {"gateway"},
    "live.scrape.7": {"scraper", "refresher", "health", "uploader"},
}
