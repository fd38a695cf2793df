"""What becomes of events, and whether what a service needs answers it."""

from ..metering import EVERY, FAST, FOUND_LATER, SLOW, counter, gauge, histogram

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
