"""What is believed of links, and whose outage it is."""

from ..metering import FAST, HOST, counter, gauge, histogram

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
