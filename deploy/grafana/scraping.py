"""Scraping: what hosts answer, how long it takes, and what the browser costs."""

from .panels import Board, Level, Query, lines, number

_SCRAPER = '{service="scraper"}'
_HOST = '{host=~"$host"}'


def _rate(selector: str) -> str:
    return f"rate({selector}[$__rate_interval])"


BOARD = Board(
    uid="wellspring-scraping",
    title="Wellspring / Scraping and browser",
    text="What scrapes come to, by site, and the memory and processes of the browser.",
    labels={"host": "wellspring_scrapes_total"},
    panels=(
        number(
            "Scrapers on duty",
            "Scrapers that hold the lease. Others stand by.",
            "short",
            "sum(wellspring_scraper_lease_held)",
            Level("red"),
            Level("green", 1),
            Level("red", 2),
            width=3,
        ),
        number(
            "Browser processes",
            "Live processes of browsers and their driver. Zero between jobs.",
            "short",
            "sum(wellspring_browser_processes)",
            Level("green"),
            Level("orange", 30),
            width=3,
        ),
        number(
            "Pages open",
            "Pages open in a browser: one at a time, zero between jobs.",
            "short",
            "sum(wellspring_browser_pages_open)",
            Level("green"),
            Level("orange", 2),
            width=3,
        ),
        number(
            "Killed for want of memory, 24 h",
            "Processes of the scraper's control group that the kernel killed.",
            "short",
            f"sum(increase(wellspring_memory_oom_kills_total{_SCRAPER}[24h])) or vector(0)",
            Level("green"),
            Level("red", 1),
            width=3,
        ),
        number(
            "Browsers that did not come up, 24 h",
            "Launches that failed.",
            "short",
            'sum(increase(wellspring_browser_launches_total{outcome="failed"}[24h]))',
            Level("green"),
            Level("orange", 1),
        ),
        number(
            "Scrapes waiting, interactive",
            "Requests of people that the scraper has not begun.",
            "short",
            'max(nats_consumer_num_pending{consumer_name="scraper_interactive", is_consumer_leader="true"})',
            Level("green"),
            Level("orange", 5),
        ),
        number(
            "Scrapes waiting, background",
            "Due refreshes that the scraper has not begun.",
            "short",
            'max(nats_consumer_num_pending{consumer_name="scraper_background", is_consumer_leader="true"})',
            Level("green"),
            Level("orange", 150),
        ),
        lines(
            "Sources scraped, by outcome",
            "Blocked is a bot wall, parse_error a page that has changed, empty one that has run out.",
            "short",
            Query(
                f"sum by (outcome) ({_rate('wellspring_scrapes_total' + _HOST)}) * 60", "{{outcome}} / min"
            ),
            stacked=True,
        ),
        lines(
            "Success by site, 1 h",
            "Share of a site's scrapes in the last hour that gave links. A site without scrapes has no line.",
            "percentunit",
            Query(
                'sum by (host) (increase(wellspring_scrapes_total{outcome="success", host=~"$host"}[1h]))'
                " / (sum by (host) (increase(wellspring_scrapes_total" + _HOST + "[1h])) > 0) or vector(1)",
                "{{host}}",
            ),
        ),
        lines(
            "Time of a scrape, p95",
            "One episode with all its sources. Zero while nothing is scraped that way.",
            "s",
            *(
                Query(
                    "(histogram_quantile(0.95, sum by (le) ("
                    + _rate(f'wellspring_scrape_duration_seconds_bucket{{mode="{mode}"}}')
                    + ")) >= 0) or vector(0)",
                    mode,
                )
                for mode in ("http", "browser")
            ),
        ),
        lines(
            "Memory of the scraper and its limit",
            "Memory of the control group that cannot simply be dropped. A limit of 0 means that none is set.",
            "bytes",
            Query(f"max(wellspring_memory_working_set_bytes{_SCRAPER})", "working set"),
            Query(f"max(wellspring_memory_limit_bytes{_SCRAPER}) or vector(0)", "limit"),
        ),
        lines(
            "Memory that cannot be taken back",
            "What counts for the limit. Above 60 % of it no job is taken, above 80 % it starts afresh.",
            "bytes",
            Query("max(wellspring_scraper_memory_unreclaimable_bytes)", "unreclaimable"),
            Query(f"max(wellspring_memory_limit_bytes{_SCRAPER}) * 0.6 or vector(0)", "no more jobs"),
        ),
        lines(
            "Drift by definition, 1 h",
            "Pages that answered and held nothing of what their definition looks for.",
            "short",
            Query(
                "sum by (definition) (increase(wellspring_scraper_drift_total[1h]))",
                "{{definition}}",
            ),
        ),
        lines(
            "Browser launches by reason",
            "Why plain HTTP was not enough. Pages that need no script start none.",
            "short",
            Query(
                "sum by (reason, outcome) (" + _rate("wellspring_browser_launches_total") + ") * 60",
                "{{reason}}, {{outcome}} / min",
            ),
            stacked=True,
        ),
        lines(
            "Browser processes and pages",
            "Peaks while a job has a browser, zero in between.",
            "short",
            Query("sum(wellspring_browser_processes)", "processes"),
            Query("sum(wellspring_browser_pages_open)", "pages"),
        ),
    ),
)
