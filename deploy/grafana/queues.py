"""Queues: what waits on the way between services, and what was given up."""

from .panels import Board, Level, Query, lines, number

_OURS = '{is_consumer_leader="true", stream_name=~".+_(COMMANDS|EVENTS|PLAYBACK)"}'


def _rate(selector: str) -> str:
    return f"rate({selector}[$__rate_interval])"


def _by_consumer(metric: str) -> Query:
    return Query(f"max by (consumer_name) ({metric}{_OURS})", "{{consumer_name}}")


BOARD = Board(
    uid="wellspring-queues",
    title="Wellspring / Queues and events",
    text="JetStream's queues as nats-server sees them, and the same events as the services see them.",
    panels=(
        number(
            "Events waiting",
            "Events that no consumer was given yet, in all queues.",
            "short",
            f"sum(max by (consumer_name) (nats_consumer_num_pending{_OURS}))",
            Level("green"),
            Level("orange", 200),
        ),
        number(
            "Given up, 24 h",
            "Events that went to the dead letters.",
            "short",
            'sum(increase(wellspring_events_consumed_total{outcome="term"}[24h]))',
            Level("green"),
            Level("orange", 1),
        ),
        number(
            "Oldest unpublished event",
            "Age of the oldest row in any outbox.",
            "s",
            "max(wellspring_outbox_oldest_seconds)",
            Level("green"),
            Level("orange", 10),
            Level("red", 60),
        ),
        number(
            "nats-server's monitoring answers",
            "1 while health can read it. Without it the queues below are blank.",
            "short",
            "max(wellspring_nats_monitor_up)",
            Level("red"),
            Level("green", 1),
        ),
        number(
            "Fullest stream",
            "Share of the size that a stream may have. A full one takes no more events.",
            "percentunit",
            'max(max by (stream_name) (nats_stream_total_bytes{stream_name=~".+_(COMMANDS|EVENTS)"})'
            " / (max by (stream_name) (nats_stream_limit_bytes) > 0))",
            Level("green"),
            Level("orange", 0.6),
            Level("red", 0.8),
        ),
        number(
            "Events not published, 1 h",
            "Attempts to hand an event to the broker that failed. They are made again.",
            "short",
            'sum(increase(wellspring_events_published_total{outcome="error"}[1h]))',
            Level("green"),
            Level("orange", 1),
        ),
        lines(
            "Waiting",
            "Events that a consumer has not been given.",
            "short",
            _by_consumer("nats_consumer_num_pending"),
        ),
        lines(
            "Being handled",
            "Events given and not acknowledged.",
            "short",
            _by_consumer("nats_consumer_num_ack_pending"),
        ),
        lines(
            "Given again",
            "Events delivered more than once and not acknowledged yet.",
            "short",
            _by_consumer("nats_consumer_num_redelivered"),
        ),
        lines(
            "Age of events when handled, p95",
            "From the broker's storing to the handler's start. Zero while nothing comes.",
            "s",
            Query(
                "(histogram_quantile(0.95, sum by (consumer, le) ("
                + _rate("wellspring_event_age_seconds_bucket")
                + ")) >= 0) or vector(0)",
                "{{consumer}}",
            ),
        ),
        lines(
            "Time to handle, p95",
            "Without the wait. Zero while nothing comes.",
            "s",
            Query(
                "(histogram_quantile(0.95, sum by (consumer, le) ("
                + _rate("wellspring_event_handle_duration_seconds_bucket")
                + ")) >= 0) or vector(0)",
                "{{consumer}}",
            ),
        ),
        lines(
            "Events handled",
            "Nak comes again later, term is given up.",
            "short",
            Query(
                f"sum by (consumer, outcome) ({_rate('wellspring_events_consumed_total')}) * 60",
                "{{consumer}}, {{outcome}} / min",
            ),
        ),
        lines(
            "Dead letters by reason",
            "Events given up, by error code.",
            "short",
            Query(
                "sum by (consumer, reason) (increase(wellspring_events_dead_lettered_total[15m]))",
                "{{consumer}}: {{reason}}",
            ),
        ),
        lines(
            "Outboxes",
            "Rows not yet published.",
            "short",
            Query("max by (service) (wellspring_outbox_pending)", "{{service}}"),
        ),
        lines(
            "Streams",
            "Bytes that each stream holds.",
            "bytes",
            Query("max by (stream_name) (nats_stream_total_bytes)", "{{stream_name}}"),
        ),
    ),
)
