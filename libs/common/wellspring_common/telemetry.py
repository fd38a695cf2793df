"""What every service measures about itself: version, memory, and how late its event loop is."""

import asyncio
import os
from collections.abc import Callable, Iterable
from importlib.metadata import version

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from . import metrics
from .cgroup import GroupMemory, read_memory
from .metering import CATALOGUE, keep_only

LAG_EVERY_S = 1.0
REVISION = "WELLSPRING_REVISION"
"""The commit that an image was built from."""


def begin(service: str) -> None:
    """Make this process's metrics those of one service. Called once, before anything is measured."""
    keep_only(service)
    revision = os.environ.get(REVISION) or "unknown"
    metrics.BUILD_INFO.labels(service, version(f"wellspring-{service}"), revision).set(1)
    REGISTRY.register(MemoryCollector(service))


class MemoryCollector(Collector):
    """Reads the control group's memory when it is asked for."""

    def __init__(self, service: str, read: Callable[[], GroupMemory | None] = read_memory) -> None:
        self._service = service
        self._read = read

    def describe(self) -> Iterable[Metric]:
        """Return the empty families, so that registering reads nothing."""
        return _families()

    def collect(self) -> Iterable[Metric]:
        """Return what is known now. A limit that is not set is absent, not zero."""
        memory = self._read()
        used, limit, kills = _families()
        if memory is not None:
            used.add_metric([self._service], memory.working_set)
            if memory.limit is not None:
                limit.add_metric([self._service], memory.limit)
            kills.add_metric([self._service], memory.oom_kills)
        return used, limit, kills


def _families() -> tuple[GaugeMetricFamily, GaugeMetricFamily, CounterMetricFamily]:
    texts = {each.name: each.text for each in CATALOGUE}
    names = (metrics.MEMORY_WORKING_SET, metrics.MEMORY_LIMIT, metrics.MEMORY_OOM_KILLS)
    used, limit, kills = ((name, texts[name]) for name in names)
    labels = ["service"]
    return (
        GaugeMetricFamily(*used, labels=labels),
        GaugeMetricFamily(*limit, labels=labels),
        CounterMetricFamily(*kills, labels=labels),
    )


async def watch_loop() -> None:
    """Measure how late the event loop wakes a task, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        wanted = loop.time() + LAG_EVERY_S
        await asyncio.sleep(LAG_EVERY_S)
        metrics.EVENT_LOOP_LAG.observe(max(loop.time() - wanted, 0))
