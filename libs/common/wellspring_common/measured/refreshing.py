"""Jobs, the clean-up, and refreshes by themselves."""

from ..metering import SLOW, counter, gauge, histogram

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
