"""Every metric of Wellspring, declared once (docs/metrics.md is made from this file)."""

from .metering import EVERY, FOUND_LATER, HOST, OTHER, counter, gauge, histogram, read

FAST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SLOW = (1, 5, 15, 30, 60, 300, 900, 3600)

BUILD_INFO = gauge(
    EVERY,
    "wellspring_build_info",
    "Always 1: which version runs.",
    service=FOUND_LATER,
    version=FOUND_LATER,
    revision=FOUND_LATER,
)
EVENT_LOOP_LAG = histogram(
    EVERY,
    "wellspring_event_loop_lag_seconds",
    "How late the event loop wakes a task, once a second.",
    FAST,
)
MEMORY_WORKING_SET = read(
    EVERY,
    "wellspring_memory_working_set_bytes",
    "gauge",
    "Memory of the control group that the kernel cannot simply drop: in a container, the container's.",
    "service",
)
MEMORY_LIMIT = read(
    EVERY,
    "wellspring_memory_limit_bytes",
    "gauge",
    "The control group's memory limit. Absent where there is none.",
    "service",
)
MEMORY_OOM_KILLS = read(
    EVERY,
    "wellspring_memory_oom_kills_total",
    "counter",
    "Processes of the control group that the kernel killed for want of memory.",
    "service",
)

HTTP_REQUESTS = counter(
    "gateway",
    "wellspring_http_requests_total",
    "Requests answered. Probes are not counted.",
    route=FOUND_LATER,
    method=FOUND_LATER,
    code=FOUND_LATER,
)
HTTP_DURATION = histogram(
    "gateway",
    "wellspring_http_request_duration_seconds",
    "Time until an answer begins.",
    FAST,
    route=FOUND_LATER,
)
HTTP_IN_PROGRESS = gauge(
    "gateway", "wellspring_http_requests_in_progress", "Requests whose answer has not begun."
)
STREAM_CLIENTS = gauge("gateway", "wellspring_stream_clients", "Open live connections.", kind=("sse",))
PLAYS = counter(
    "gateway",
    "wellspring_plays_total",
    "Plays, each counted once: at the first picture, or when no link is left to try.",
    outcome=("live_first_try", "live_after_fallback", "failed"),
    host=HOST,
    surface=("browser",),
)
CRAWLED_TITLES = counter(
    "gateway",
    "wellspring_crawled_titles_total",
    "Titles that crawls reported, by what they changed in the library.",
    outcome=("added", "changed", "unchanged"),
)
POSTERS = counter(
    "gateway",
    "wellspring_posters_total",
    "Pictures of titles that were asked for.",
    outcome=("stored", "unchanged", "postponed", "failed"),
)

EVENTS_PUBLISHED = counter(
    EVERY,
    "wellspring_events_published_total",
    "Events handed to the broker.",
    subject=FOUND_LATER,
    outcome=("ok", "error"),
)
EVENTS_CONSUMED = counter(
    EVERY,
    "wellspring_events_consumed_total",
    "Events by end: ack handled, nak comes again later, term given up, duplicate known already.",
    consumer=FOUND_LATER,
    outcome=("ack", "nak", "term", "duplicate"),
)
EVENT_DURATION = histogram(
    EVERY,
    "wellspring_event_handle_duration_seconds",
    "Time to handle an event.",
    FAST,
    consumer=FOUND_LATER,
)
EVENT_AGE = histogram(
    EVERY,
    "wellspring_event_age_seconds",
    "Time between the broker's storing of an event and the start of its handler.",
    SLOW,
    consumer=FOUND_LATER,
)
EVENTS_DEAD = counter(
    EVERY,
    "wellspring_events_dead_lettered_total",
    "Events that will not be tried again, by error code.",
    consumer=FOUND_LATER,
    reason=FOUND_LATER,
)
CONSUMER_PAUSED = gauge(
    EVERY,
    "wellspring_consumer_paused",
    "1 while a consumer takes no events because what its handlers depend on is away.",
    consumer=FOUND_LATER,
)
OUTBOX_PENDING = gauge(
    EVERY, "wellspring_outbox_pending", "Outbox rows not yet published.", service=FOUND_LATER
)
OUTBOX_OLDEST = gauge(
    EVERY, "wellspring_outbox_oldest_seconds", "Age of the oldest unpublished row.", service=FOUND_LATER
)
DEAD_LETTERS_OPEN = gauge(
    "gateway",
    "wellspring_dead_letters_open",
    "Events that were given up and wait for a person. Every gateway replica counts them all.",
    schema=("catalog", "links", "health", "uploads"),
)
OUTBOX_STUCK = gauge(
    EVERY, "wellspring_outbox_stuck", "Outbox rows that the broker will never take.", service=FOUND_LATER
)
OUTBOX_LISTENING = gauge(
    EVERY,
    "wellspring_outbox_listening",
    "1 while the relay is woken by its database, 0 while it only polls.",
    service=FOUND_LATER,
)
EVENTS_REPEATED = counter(
    EVERY,
    "wellspring_events_repeated_total",
    "Events that the broker had stored before and did not store again.",
    subject=FOUND_LATER,
)
TOPOLOGY_OK = gauge(
    EVERY,
    "wellspring_topology_ok",
    "1 while the broker holds the streams, consumers and buckets of this release.",
    service=FOUND_LATER,
)

DEPENDENCY_UP = gauge(
    EVERY,
    "wellspring_dependency_up",
    "1 while what a service needs answers it, asked whenever somebody reads the metrics.",
    service=FOUND_LATER,
    dependency=FOUND_LATER,
)

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

LINKS = gauge(
    "health",
    "wellspring_links",
    "Stored links by what is believed of them. Every health replica counts them all.",
    state=("alive", "suspect", "unknown", "dead", "expired"),
    host=HOST,
)
LINK_CHECKS = counter(
    "health",
    "wellspring_link_checks_total",
    "Probes by what they showed.",
    host=HOST,
    outcome=("live", "dead", "timeout", "error"),
)
LINK_CHECK_DURATION = histogram(
    "health", "wellspring_link_check_duration_seconds", "Time of one probe that got an answer.", FAST
)
LINK_EVIDENCE = counter(
    "health",
    "wellspring_link_evidence_total",
    "Probes by the class of what they showed, which says how often it takes to kill a link.",
    cause=(
        "alive",
        "gone",
        "gone_for_good",
        "gone_soft",
        "forbidden",
        "throttled",
        "host_error",
        "timeout",
        "dns_unknown",
        "dns_failed",
        "tls",
        "blocked_address",
        "walled",
        "odd",
    ),
)
HOST_BREAKERS_OPEN = gauge(
    "health",
    "wellspring_host_breakers_open",
    "Hosts whose links are not judged because the host itself fails. Every health replica counts them all.",
)
HOST_BREAKER_OLDEST = gauge(
    "health",
    "wellspring_host_breaker_oldest_seconds",
    "How long the host that has failed the longest has had its links not judged. 0 without any.",
)
HOST_BREAKER_TURNS = counter(
    "health",
    "wellspring_host_breaker_turns_total",
    "Outages of hosts that began or ended.",
    to=("open", "closed"),
)
OWN_NETWORK_DOWN = gauge(
    "health",
    "wellspring_own_network_down",
    "1 while nothing is judged because our own network fails.",
)
EPISODES_STARVED = gauge(
    "health",
    "wellspring_episodes_starved",
    "Episodes with fewer links than the minimum. Every health replica counts them all.",
)
PROBE_RUNS = counter(
    "health",
    "wellspring_probe_runs_total",
    "Probes on demand that ended.",
    outcome=("done", "failed"),
)
LINK_CHECK_OLDEST = gauge(
    "health", "wellspring_link_check_oldest_age_seconds", "How long the most overdue probe has waited."
)

JOBS_PROMOTED = counter(
    "gateway", "wellspring_jobs_promoted_total", "Jobs that waited in the background until somebody came."
)
CLEANED_TITLES = counter(
    "gateway",
    "wellspring_cleaned_titles_total",
    "Titles by what the clean-up did with them.",
    outcome=("marked", "recovered", "trashed"),
)
JOBS_CANCELLED = counter(
    "refresher",
    "wellspring_jobs_cancelled_total",
    "Jobs that people ended before they had an end.",
    kind=("scrape", "crawl"),
)
LINK_REFRESHES = counter(
    "refresher",
    "wellspring_link_refreshes_total",
    "Results of scrapes that were stored.",
    outcome=("found", "failed"),
)
LINK_REFRESH_LAG = histogram(
    "refresher", "wellspring_link_refresh_lag_seconds", "How late a due refresh was requested.", SLOW
)
LINK_REFRESHES_REQUESTED = counter(
    "refresher",
    "wellspring_link_refreshes_requested_total",
    "Refreshes that were asked for by themselves, by the reason of their turn.",
    why=(
        "watched",
        "next_up",
        "starved",
        "failed",
        "unwatched",
        "always",
        "cancelled",
        "requested",
    ),
)
LINK_REFRESHES_MOVED = counter(
    "refresher",
    "wellspring_link_refreshes_moved_total",
    "Due refreshes that were moved to a later hour because their host had its share.",
)
LINK_REFRESH_PAUSED = gauge(
    "refresher", "wellspring_link_refresh_paused", "1 while refreshing by itself is paused."
)
LINKS_OVERDUE = gauge(
    "refresher", "wellspring_links_overdue", "Episodes whose refresh is due and not yet requested."
)
LINK_OLDEST_OVERDUE = gauge(
    "refresher", "wellspring_link_oldest_overdue_seconds", "How long the most overdue episode has waited."
)

DB_POOL = gauge(
    EVERY,
    "wellspring_db_pool_connections",
    "Connections of the pool.",
    service=FOUND_LATER,
    state=("idle", "used"),
)
DB_POOL_MAX = gauge(
    EVERY, "wellspring_db_pool_max_connections", "How many the pool may open.", service=FOUND_LATER
)
DB_POOL_ACQUIRE = histogram(
    EVERY,
    "wellspring_db_pool_acquire_duration_seconds",
    "Wait for a connection.",
    FAST,
    service=FOUND_LATER,
)
DB_POOL_TIMEOUTS = counter(
    EVERY,
    "wellspring_db_pool_timeouts_total",
    "Waits for a connection in vain.",
    service=FOUND_LATER,
)

_CONSUMER = ("stream_name", "consumer_name", "is_consumer_leader")
NATS_UP = read(
    "health", "wellspring_nats_monitor_up", "gauge", "Whether nats-server's monitoring answered last."
)
NATS_STREAM_MESSAGES = read(
    "health", "nats_stream_total_messages", "gauge", "Messages that a stream holds.", "stream_name"
)
NATS_STREAM_BYTES = read(
    "health", "nats_stream_total_bytes", "gauge", "Bytes that a stream holds.", "stream_name"
)
NATS_STREAM_LIMIT = read(
    "health",
    "nats_stream_limit_bytes",
    "gauge",
    "Bytes it may hold, -1 without a limit.",
    "stream_name",
)
NATS_PENDING = read(
    "health", "nats_consumer_num_pending", "gauge", "Messages that a consumer has not been given.", *_CONSUMER
)
NATS_ACK_PENDING = read(
    "health", "nats_consumer_num_ack_pending", "gauge", "Messages given and not acknowledged.", *_CONSUMER
)
NATS_REDELIVERED = read(
    "health",
    "nats_consumer_num_redelivered",
    "gauge",
    "Messages given again and not acknowledged yet.",
    *_CONSUMER,
)
NATS_WAITING = read(
    "health", "nats_consumer_num_waiting", "gauge", "Requests for messages that wait.", *_CONSUMER
)
