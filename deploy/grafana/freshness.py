"""Overview: whether the promise is kept that nobody presses play on a dead link."""

from ..prometheus.objectives import OBJECTIVES
from .panels import Board, Level, Query, lines, number

LINKS = 'max by (state, host) (wellspring_links{host=~"$host"})'
"""Every health replica counts all links: the maximum over replicas, before any sum."""
ALIVE = LINKS.replace("host=", 'state="alive", host=')
_KEPT = (Level("red"), Level("orange", 0.97), Level("green", 0.99))
_LATE = (Level("green"), Level("orange", 60), Level("red", 300))


def _rate(selector: str) -> str:
    return f"rate({selector}[$__rate_interval])"


def _share(good: str, total: str, window: str) -> str:
    """Return a share of what happened in a window; when nothing happened, all of it was good."""
    return f"(sum(increase({good}[{window}])) / (sum(increase({total}[{window}])) > 0)) or vector(1)"


def _burns() -> tuple[Query, ...]:
    return tuple(
        Query(f"({each.recorded('1h')} or vector(0)) / {each.budget:g}", each.name) for each in OBJECTIVES
    )


BOARD = Board(
    uid="wellspring-freshness",
    title="Wellspring / Overview and freshness",
    text="Whether plays start on a live link, and whether links are renewed before they die.",
    labels={"host": "wellspring_links"},
    panels=(
        number(
            "Plays on the first link, 1 h",
            "Share of the last hour's plays that started on the first link. 100 % when nobody played.",
            "percentunit",
            _share('wellspring_plays_total{outcome="live_first_try"}', "wellspring_plays_total", "1h"),
            *_KEPT,
        ),
        number(
            "Requests without our errors, 1 h",
            "Share of the gateway's answers of the last hour that were no 5xx.",
            "percentunit",
            _share('wellspring_http_requests_total{code!~"5.."}', "wellspring_http_requests_total", "1h"),
            Level("red"),
            Level("orange", 0.99),
            Level("green", 0.995),
        ),
        number(
            "Scrapes that found links, 1 h",
            "Share of the sources scraped in the last hour that gave links.",
            "percentunit",
            _share('wellspring_scrapes_total{outcome="success"}', "wellspring_scrapes_total", "1h"),
            Level("red"),
            Level("orange", 0.7),
            Level("green", 0.9),
        ),
        number(
            "Links that live",
            "Share of stored links that a probe or a scrape has seen alive and that have not expired.",
            "percentunit",
            f"(sum({ALIVE}) / (sum({LINKS}) > 0)) or vector(0)",
            Level("red"),
            Level("orange", 0.6),
            Level("green", 0.8),
        ),
        number(
            "Oldest overdue refresh",
            "How long the most overdue episode has waited to be asked for again.",
            "s",
            "max(wellspring_link_oldest_overdue_seconds)",
            *_LATE,
        ),
        number(
            "Oldest overdue probe",
            "How long the most overdue link has waited to be probed.",
            "s",
            "max(wellspring_link_check_oldest_age_seconds)",
            *_LATE,
        ),
        lines(
            "Plays by outcome",
            "Every play once: on the first link, on a later one, or not at all.",
            "short",
            Query(f"sum by (outcome) ({_rate('wellspring_plays_total')}) * 60", "{{outcome}} / min"),
            stacked=True,
        ),
        lines(
            "Plays that needed another link, by server",
            "Which server's link was the one that a play ended on, where the first did not work.",
            "short",
            Query(
                "sum by (host) ("
                + _rate('wellspring_plays_total{outcome!="live_first_try", host=~"$host"}')
                + ") * 60",
                "{{host}} / min",
            ),
        ),
        lines(
            "Budgets: how fast they go",
            "Over the last hour, 1 spends exactly what the objective allows in thirty days. 14.4 pages.",
            "none",
            *_burns(),
        ),
        lines(
            "Links by state",
            "What is believed of every stored link. Expired links are in no other state.",
            "short",
            Query(f"sum by (state) ({LINKS})", "{{state}}"),
            stacked=True,
        ),
        lines(
            "Links by server",
            "How many links each server has in the library, whatever their state.",
            "short",
            Query(f"sum by (host) ({LINKS})", "{{host}}"),
        ),
        lines(
            "Probes by outcome",
            "What health's probes saw.",
            "short",
            Query(
                "sum by (outcome) (" + _rate('wellspring_link_checks_total{host=~"$host"}') + ") * 60",
                "{{outcome}} / min",
            ),
            stacked=True,
        ),
        lines(
            "Outages and hunger",
            "Hosts whose links are not judged, our own network, and episodes below the minimum of links.",
            "short",
            Query("max(wellspring_host_breakers_open)", "hosts that fail"),
            Query("max(wellspring_own_network_down)", "our own network"),
            Query("max(wellspring_episodes_starved)", "starved episodes"),
        ),
        lines(
            "Overdue refreshes",
            "Episodes whose refresh is due and not yet asked for.",
            "short",
            Query("max(wellspring_links_overdue)", "episodes"),
        ),
        lines(
            "Lateness of refreshes",
            "How late a due refresh was asked for. Zero while nothing was due.",
            "s",
            *(
                Query(
                    f"(histogram_quantile({share}, sum by (le) "
                    f"({_rate('wellspring_link_refresh_lag_seconds_bucket')})) >= 0) or vector(0)",
                    f"p{round(share * 100)}",
                )
                for share in (0.5, 0.95)
            ),
        ),
        lines(
            "Results of scrapes that were stored",
            "A scrape that found nothing leaves the old links in place.",
            "short",
            Query(f"sum by (outcome) ({_rate('wellspring_link_refreshes_total')}) * 60", "{{outcome}} / min"),
            stacked=True,
        ),
    ),
)
