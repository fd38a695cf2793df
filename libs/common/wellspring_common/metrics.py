"""Every metric, declared once (names and labels: deploy reference, section 4)."""

from prometheus_client import Counter, Gauge, Histogram

FAST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SLOW = (1, 5, 15, 30, 60, 300, 900, 3600)

BUILD_INFO = Gauge("wellspring_build_info", "Always 1: which version runs.", ["service", "version"])

HTTP_REQUESTS = Counter("wellspring_http_requests_total", "Requests served.", ["route", "method", "code"])
HTTP_DURATION = Histogram(
    "wellspring_http_request_duration_seconds",
    "Time to the last byte of a response.",
    ["route"],
    buckets=FAST,
)
STREAM_CLIENTS = Gauge("wellspring_stream_clients", "Open live connections.", ["kind"])

PLAYS = Counter(
    "wellspring_plays_total",
    "Plays, each counted once: live_first_try, live_after_fallback or failed.",
    ["outcome", "host", "surface"],
)

EVENTS_PUBLISHED = Counter(
    "wellspring_events_published_total", "Events handed to the broker.", ["subject", "outcome"]
)
EVENTS_CONSUMED = Counter(
    "wellspring_events_consumed_total", "Events taken from the broker, by outcome.", ["consumer", "outcome"]
)
EVENT_DURATION = Histogram(
    "wellspring_event_handle_duration_seconds", "Time to handle an event.", ["consumer"], buckets=FAST
)
EVENT_AGE = Histogram(
    "wellspring_event_age_seconds", "Age of an event when its handler starts.", ["consumer"], buckets=SLOW
)
EVENTS_DEAD = Counter(
    "wellspring_events_dead_lettered_total", "Events that will not be tried again.", ["consumer", "reason"]
)
OUTBOX_PENDING = Gauge("wellspring_outbox_pending", "Outbox rows not yet published.", ["service"])
OUTBOX_OLDEST = Gauge("wellspring_outbox_oldest_seconds", "Age of the oldest unpublished row.", ["service"])

SCRAPES = Counter("wellspring_scrapes_total", "Sources scraped.", ["host", "outcome"])
SCRAPE_DURATION = Histogram(
    "wellspring_scrape_duration_seconds", "Time to scrape one episode.", ["mode"], buckets=SLOW
)
BROWSER_LAUNCHES = Counter(
    "wellspring_browser_launches_total", "Browsers started, by why HTTP was not enough.", ["reason"]
)
BROWSER_PROCESSES = Gauge("wellspring_browser_processes", "Live processes of browsers and their driver.")

LINKS = Gauge("wellspring_links", "Stored links by state.", ["state"])
LINK_REFRESHES = Counter("wellspring_link_refreshes_total", "Episodes refreshed.", ["outcome"])
LINK_REFRESH_LAG = Histogram(
    "wellspring_link_refresh_lag_seconds", "How late a due refresh was requested.", buckets=SLOW
)
LINKS_OVERDUE = Gauge("wellspring_links_overdue", "Episodes whose refresh is due and not yet requested.")

LINK_CHECKS = Counter("wellspring_link_checks_total", "Probes by outcome.", ["host", "outcome"])
LINK_CHECK_DURATION = Histogram("wellspring_link_check_duration_seconds", "Time of one probe.", buckets=FAST)

DB_POOL = Gauge("wellspring_db_pool_connections", "Connections of the pool.", ["service", "state"])
