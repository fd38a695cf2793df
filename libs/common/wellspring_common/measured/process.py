"""What every process says of itself."""

from ..metering import EVERY, FAST, FOUND_LATER, gauge, histogram, read

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
