"""For each symptom a story in which its alert fires, and one in which it stays silent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Series = Mapping[str, str]
"""What Prometheus sees, a value a minute, in promtool's notation: `0+1x30` grows by one for half an hour."""

_LEADER = 'is_consumer_leader="true", stream_name="WS_EVENTS"'
AGAIN = f'nats_consumer_num_redelivered{{consumer_name="health", {_LEADER}}}'
SERVICES = ("gateway", "scraper", "refresher", "health", "uploader")
ALL_UP = {f'up{{job="wellspring", service="{name}"}}': "1x60" for name in SERVICES}
MIB = 1024**2


def consumed(consumer: str, outcome: str) -> str:
    """Return the counter of a consumer's events."""
    return f'wellspring_events_consumed_total{{consumer="{consumer}", outcome="{outcome}"}}'


def stuck(consumer: str, stream: str, *, done: str) -> Series:
    """Return a consumer of a stream for which events wait while so many of them are finished."""
    leader = f'is_consumer_leader="true", stream_name="{stream}"'
    return {
        f'nats_consumer_num_pending{{consumer_name="{consumer}", {leader}}}': "3x60",
        consumed(consumer, "ack"): done,
        consumed(consumer, "nak"): "0+1x60",
    }


def queues(*, done: str) -> Series:
    """Return a consumer of each stream that services work through."""
    return {
        **stuck("refresher", "WS_EVENTS", done=done),
        **stuck("health_reports", "WS_PLAYBACK", done=done),
        **stuck("scraper_interactive", "WS_COMMANDS", done=done),
    }


def ages(consumer: str, *, within: float) -> dict[str, str]:
    """Return the histogram of a consumer all of whose events are about as old as one of its buckets."""
    name = "wellspring_event_age_seconds_bucket"
    return {
        f'{name}{{consumer="{consumer}", le="{bound}"}}': "0+10x60" if bound >= within else "0x60"
        for bound in (60.0, 300.0, 900.0, 3600.0)
    } | {f'{name}{{consumer="{consumer}", le="+Inf"}}': "0+10x60"}


def links(**states: int) -> Series:
    """Return so many links in each state, as two replicas of health count them."""
    return {
        f'wellspring_links{{state="{state}", host="pixel", instance="{replica}"}}': f"{count}x60"
        for state, count in states.items()
        for replica in ("a", "b")
    }


def scrapes(success: str, error: str) -> Series:
    """Return the scrapes of a host."""
    name = 'wellspring_scrapes_total{host="site.example", outcome='
    return {f'{name}"success"}}': success, f'{name}"error"}}': error}


def _opens(**outcomes: str) -> Series:
    name = "wellspring_address_opens_total"
    return {f'{name}{{outcome="{outcome}"}}': values for outcome, values in outcomes.items()}


def _uploads(**outcomes: str) -> Series:
    name = 'wellspring_uploads_total{destination="dailymotion", outcome='
    return {f'{name}"{outcome}"}}': values for outcome, values in outcomes.items()}


def _sign_ins(way: str, outcome: str) -> str:
    return f'wellspring_sign_ins_total{{way="{way}", outcome="{outcome}"}}'


@dataclass(frozen=True)
class Case:
    """Two stories of one alert. `labels` are what it fires with, `at` is when both are asked.

    `too` are those of more alerts of the same name in the same story.
    """

    fires: Series
    silent: Series
    at: str = "20m"
    labels: Mapping[str, str] = field(default_factory=dict)
    too: tuple[Mapping[str, str], ...] = ()


def _one(labels: Mapping[str, str], series: str, bad: str, good: str, at: str = "20m") -> Case:
    return Case({series: bad}, {series: good}, at, labels)


_SCRAPER = {"service": "scraper"}
_LIMIT = {'wellspring_memory_limit_bytes{service="scraper"}': f"{512 * MIB}x60"}
_USED = 'wellspring_memory_working_set_bytes{service="scraper"}'
_POOL = 'wellspring_db_pool_connections{service="health", state="used"}'
_POOL_MAX = {'wellspring_db_pool_max_connections{service="health"}': "6x60"}
_LAUNCHES = "wellspring_browser_launches_total"
_SIZE = 'nats_stream_total_bytes{stream_name="WS_EVENTS"}'
_MOST = {'nats_stream_limit_bytes{stream_name="WS_EVENTS"}': "1000x60"}

CASES: Mapping[str, Case] = {
    "ServiceDown": _one(
        {"job": "wellspring", "service": "health"},
        'up{job="wellspring", service="health"}',
        "1x5 0x60",
        "1x60",
    ),
    "ServiceMissing": Case(
        fires={series: value for series, value in ALL_UP.items() if "uploader" not in series},
        silent=ALL_UP,
        labels={"job": "wellspring", "service": "uploader"},
    ),
    "MemoryNearCap": Case(
        fires=_LIMIT | {_USED: f"{470 * MIB}x60"},
        silent=_LIMIT | {_USED: f"{440 * MIB}x60"},
        labels=_SCRAPER,
    ),
    "OutOfMemoryKill": _one(
        _SCRAPER, 'wellspring_memory_oom_kills_total{service="scraper"}', "0x15 1x60", "2x60"
    ),
    "QueueStuck": Case(
        fires=queues(done="7x60"),
        silent=queues(done="0+2x60"),
        labels={"consumer": "refresher"},
        too=({"consumer": "health_reports"}, {"consumer": "scraper_interactive"}),
    ),
    "QueueAgeHigh": Case(
        fires=ages("health", within=300) | ages("scraper_background", within=300),
        silent=ages("health", within=60) | ages("scraper_background", within=900),
        labels={"consumer": "health"},
        at="30m",
    ),
    "DeadLetters": _one({"consumer": "health"}, consumed("health", "term"), "0x10 1x60", "4x60"),
    "DeadLettersOpen": Case(
        fires={
            'wellspring_dead_letters_open{schema="links", instance="a"}': "0x3 2x60",
            'wellspring_dead_letters_open{schema="links", instance="b"}': "0x3 2x60",
            'wellspring_dead_letters_open{schema="health", instance="a"}': "0x60",
        },
        silent={'wellspring_dead_letters_open{schema="links", instance="a"}': "2x12 0x60"},
        labels={"schema": "links"},
    ),
    "RedeliveryStorm": Case(
        fires={AGAIN: "40x60", consumed("health", "ack"): "0+5x60"},
        silent={AGAIN: "4x60", consumed("health", "ack"): "0+5x60"},
        labels={"consumer": "health"},
    ),
    "OutboxStuck": _one(
        {"service": "gateway"}, 'wellspring_outbox_oldest_seconds{service="gateway"}', "0+60x60", "0x10 59x60"
    ),
    "OutboxRejected": _one(
        {"service": "gateway"}, 'wellspring_outbox_stuck{service="gateway"}', "0x5 1x60", "0x60"
    ),
    "OutboxDeaf": _one(
        {"service": "gateway"}, 'wellspring_outbox_listening{service="gateway"}', "0x60", "0x2 1x60"
    ),
    "TopologyBroken": _one(
        {"service": "refresher"}, 'wellspring_topology_ok{service="refresher"}', "1x5 0x60", "1x60"
    ),
    "NatsUnmeasured": Case(
        fires={'wellspring_nats_monitor_up{instance="a"}': "1x5 0x60"},
        silent={
            'wellspring_nats_monitor_up{instance="a"}': "0x60",
            'wellspring_nats_monitor_up{instance="b"}': "1x60",
        },
    ),
    "StreamNearlyFull": Case(
        fires=_MOST | {_SIZE: "810x60"},
        silent={'nats_stream_limit_bytes{stream_name="WS_EVENTS"}': "-1x60", _SIZE: "810x60"},
        labels={"stream_name": "WS_EVENTS"},
    ),
    "RefreshOverdue": _one({}, "wellspring_link_oldest_overdue_seconds", "0+60x60", "0x5 290x60"),
    "ProbesOverdue": _one({}, "wellspring_link_check_oldest_age_seconds", "900x60", "500x60"),
    "OwnNetworkDown": _one({}, "wellspring_own_network_down", "0x5 1x60", "1x3 0x60"),
    "HostBreakerOpen": _one({}, "wellspring_host_breaker_oldest_seconds", "22000x60", "21000x60"),
    "LinkPopulationDead": Case(
        fires=links(alive=80, dead=6, expired=6),
        silent=links(alive=80, dead=3, expired=3),
    ),
    "LinkPopulationUnknown": Case(
        fires=links(alive=70, unknown=30),
        silent=links(alive=5, unknown=10),
        at="45m",
    ),
    "HostBlocked": Case(
        fires=scrapes("0+1x120", "0+2x120"),
        silent=scrapes("0+2x120", "0+1x120"),
        labels={"host": "site.example"},
        at="70m",
    ),
    "BrowserFailsToStart": _one({}, f'{_LAUNCHES}{{outcome="failed"}}', "0+1x60", "0x10 1x60"),
    "ScraperLease": Case(
        fires={'wellspring_scraper_lease_held{instance="a"}': "0x60"},
        silent={
            'wellspring_scraper_lease_held{instance="a"}': "1x60",
            'wellspring_scraper_lease_held{instance="b"}': "0x60",
        },
    ),
    "DefinitionDrift": _one(
        {"definition": "shows"},
        'wellspring_scraper_drift_total{definition="shows"}',
        "0x10 0+1x110",
        "0x60 1x60",
        at="70m",
    ),
    "ScraperShedding": _one({}, "wellspring_scraper_shedding", "1x60", "0x8 1x60", at="15m"),
    "BrowserLeftBehind": Case(
        fires={"wellspring_browser_processes": "4x60", f'{_LAUNCHES}{{outcome="started"}}': "3x60"},
        silent={"wellspring_browser_processes": "4x60", f'{_LAUNCHES}{{outcome="started"}}': "0+1x60"},
    ),
    "AddressesUnanswered": Case(
        fires=_opens(redirect="0+4x60", none="0+1x60"),
        silent=_opens(redirect="0+20x60", none="0+1x60"),
        at="40m",
    ),
    "RelaysFull": _one({}, 'wellspring_relay_refusals_total{reason="full"}', "0+1x60", "0x10 2x60"),
    "SignInsThrottled": _one({}, _sign_ins("password", "throttled"), "0+3x60", "0x5 9x60"),
    "ProviderRefusesSignIns": Case(
        fires={_sign_ins("provider", "refused"): "0+1x60", _sign_ins("provider", "opened"): "4x60"},
        silent={_sign_ins("provider", "refused"): "0+1x60", _sign_ins("provider", "opened"): "0+1x60"},
    ),
    "UploadStalled": _one({}, "wellspring_uploads_stalled", "0x5 1x60", "0x5 1x8 0x60"),
    "UploadsFailing": Case(
        fires=_uploads(success="5x60", failed="0+1x60"),
        silent=_uploads(success="0+1x60", failed="0+1x60"),
        labels={"destination": "dailymotion"},
    ),
    "PoolSaturated": Case(
        fires=_POOL_MAX | {_POOL: "6x60"},
        silent=_POOL_MAX | {_POOL: "5x60"},
        labels={"service": "health"},
    ),
    "PoolTimeouts": _one(
        {"service": "health"}, 'wellspring_db_pool_timeouts_total{service="health"}', "0x10 0+3x60", "9x60"
    ),
    "PostgresDown": _one({"instance": "e"}, 'pg_up{instance="e"}', "1x5 0x60", "1x60"),
    "PostgresUnmeasured": _one({"job": "postgres"}, 'up{job="postgres"}', "1x5 0x60", "1x60"),
    "PostgresConnectionsHigh": Case(
        fires={'pg_stat_activity_count{state="active"}': "90x60", "pg_settings_max_connections": "100x60"},
        silent={'pg_stat_activity_count{state="active"}': "80x60", "pg_settings_max_connections": "100x60"},
    ),
}
