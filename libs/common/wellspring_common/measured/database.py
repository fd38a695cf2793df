"""The pool of connections."""

from ..metering import EVERY, FAST, FOUND_LATER, counter, gauge, histogram

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
