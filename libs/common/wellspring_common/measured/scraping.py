"""Scrapes, and the browser where one is needed."""

from ..metering import HOST, OTHER, SLOW, counter, gauge, histogram

SCRAPES = counter(
    "scraper",
    "wellspring_scrapes_total",
    "Sources scraped.",
    host=HOST,
    outcome=("success", "empty", "blocked", "timeout", "parse_error", "error"),
)
SCRAPE_DURATION = histogram(
    "scraper",
    "wellspring_scrape_duration_seconds",
    "Time to scrape one episode.",
    SLOW,
    mode=("http", "browser"),
)
SCRAPER_DRIFT = counter(
    "scraper",
    "wellspring_scraper_drift_total",
    "Pages that answered and held nothing of what their definition looks for, by definition.",
    definition=(OTHER,),
)
SCRAPER_MEMORY = gauge(
    "scraper",
    "wellspring_scraper_memory_unreclaimable_bytes",
    "Memory of the control group that the kernel cannot take back. 0 where there is no group to read.",
)
SCRAPER_SHEDDING = gauge(
    "scraper",
    "wellspring_scraper_shedding",
    "1 while the scraper takes no new jobs because too much of its memory is taken.",
)
SCRAPER_LEASE_HELD = gauge(
    "scraper",
    "wellspring_scraper_lease_held",
    "1 in the scraper that works, 0 in one that stands by. The sum must be 1.",
)
BROWSER_LAUNCHES = counter(
    "scraper",
    "wellspring_browser_launches_total",
    "Browsers started, by why plain HTTP was not enough, and whether they came up.",
    reason=("few_servers", "drift", "soft_expired", "remembered"),
    outcome=("started", "failed"),
)
BROWSER_PROCESSES = gauge(
    "scraper", "wellspring_browser_processes", "Live processes of browsers and their driver."
)
BROWSER_PAGES = gauge("scraper", "wellspring_browser_pages_open", "Pages open in a browser.")
