"""Platform: the gateway's traffic, memory, processes, the database, and which versions run."""

from .panels import Board, Query, labels_table, lines

_SERVICE = '{service=~"$service"}'
_OF_PROCESSES = '{job="wellspring", service=~"$service"}'


def _rate(selector: str) -> str:
    return f"rate({selector}[$__rate_interval])"


BOARD = Board(
    uid="wellspring-platform",
    title="Wellspring / Platform",
    text="Traffic, memory, processes and the database. Postgres's own figures need its exporter.",
    labels={"service": 'up{job="wellspring"}'},
    panels=(
        lines(
            "Services that answer",
            "1 while Prometheus reaches a service's metrics.",
            "short",
            Query(f"max by (service) (up{_OF_PROCESSES})", "{{service}}"),
        ),
        labels_table(
            "Versions",
            "What runs where. Two versions of one service are a rollout under way.",
            f"max by (service, version, revision) (wellspring_build_info{_SERVICE})",
        ),
        lines(
            "Firing alerts",
            "How many alerts fire, by name. Zero is good.",
            "short",
            Query('(count by (alertname) (ALERTS{alertstate="firing"})) or vector(0)', "{{alertname}}"),
        ),
        lines(
            "Dead letters that are open",
            "Events that were given up and wait for a person: /admin/dead, or ./wellspring dead list.",
            "short",
            Query("max by (schema) (wellspring_dead_letters_open)", "{{schema}}"),
        ),
        lines(
            "Requests by answer",
            "The gateway's answers. Probes are not counted.",
            "reqps",
            Query(f"sum by (code) ({_rate('wellspring_http_requests_total')})", "{{code}}"),
            stacked=True,
        ),
        lines(
            "Time to an answer",
            "Until the answer begins, all routes together. Zero while nobody asks.",
            "s",
            *(
                Query(
                    f"(histogram_quantile({share}, sum by (le) ("
                    + _rate("wellspring_http_request_duration_seconds_bucket")
                    + ")) >= 0) or vector(0)",
                    f"p{round(share * 100)}",
                )
                for share in (0.5, 0.95, 0.99)
            ),
        ),
        lines(
            "Requests in progress and open pages",
            "Requests whose answer has not begun, and live connections of open pages.",
            "short",
            Query("sum(wellspring_http_requests_in_progress)", "in progress"),
            Query("sum by (kind) (wellspring_stream_clients)", "{{kind}}"),
        ),
        lines(
            "Memory and limits",
            "Working set of the control group. Services that share one show the same. A limit of 0 is none.",
            "bytes",
            Query(f"max by (service) (wellspring_memory_working_set_bytes{_SERVICE})", "{{service}}"),
            Query(
                f"max by (service) (wellspring_memory_limit_bytes{_SERVICE}) or vector(0)",
                "limit {{service}}",
            ),
        ),
        lines(
            "Memory of the process",
            "Resident memory of the service's own process, without a browser.",
            "bytes",
            Query(f"max by (service) (process_resident_memory_bytes{_OF_PROCESSES})", "{{service}}"),
        ),
        lines(
            "Processor",
            "Processor time a second of the service's own process.",
            "percentunit",
            Query(f"sum by (service) ({_rate('process_cpu_seconds_total' + _OF_PROCESSES)})", "{{service}}"),
        ),
        lines(
            "Lag of event loops, p99",
            "How late a task is woken. Above a quarter of a second something blocks.",
            "s",
            Query(
                "histogram_quantile(0.99, sum by (service, le) ("
                + _rate("wellspring_event_loop_lag_seconds_bucket" + _SERVICE)
                + "))",
                "{{service}}",
            ),
        ),
        lines(
            "Database connections",
            "Lent out, how many there may be, and waits a minute that came to nothing.",
            "short",
            Query(
                f'sum by (service) (wellspring_db_pool_connections{{state="used", {_SERVICE[1:]})',
                "{{service}} used",
            ),
            Query(f"sum by (service) (wellspring_db_pool_max_connections{_SERVICE})", "{{service}} most"),
            Query(
                f"sum by (service) ({_rate('wellspring_db_pool_timeouts_total' + _SERVICE)}) * 60",
                "{{service}} in vain / min",
            ),
        ),
        lines(
            "Wait for a database connection",
            "p95. Above three seconds a request gives up.",
            "s",
            Query(
                "histogram_quantile(0.95, sum by (service, le) ("
                + _rate("wellspring_db_pool_acquire_duration_seconds_bucket" + _SERVICE)
                + "))",
                "{{service}}",
            ),
        ),
        lines(
            "Postgres: connections",
            "From postgres_exporter: open connections of all databases, and how many Postgres allows.",
            "short",
            Query("sum(pg_stat_activity_count)", "open"),
            Query("max(pg_settings_max_connections)", "allowed"),
        ),
        lines(
            "Postgres: transactions",
            "From postgres_exporter: commits and rollbacks a second.",
            "ops",
            Query(f"sum({_rate('pg_stat_database_xact_commit')})", "commits"),
            Query(f"sum({_rate('pg_stat_database_xact_rollback')})", "rollbacks"),
        ),
        lines(
            "Postgres: size",
            "From postgres_exporter: bytes of the largest databases.",
            "bytes",
            Query("topk(5, max by (datname) (pg_database_size_bytes))", "{{datname}}"),
        ),
    ),
)
