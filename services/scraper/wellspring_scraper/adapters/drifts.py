"""Counting drift by definition, with labels that cannot become too many."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from wellspring_common import metrics
from wellspring_common.metering import OTHER

MOST_DEFINITIONS = 60


@dataclass(frozen=True)
class Drifts:
    """Counts for the definitions that are known. One that came too late for a label of its own is `other`."""

    _labels: set[str] = field(default_factory=set)

    def expect(self, definition_ids: Iterable[str]) -> None:
        """Let definitions be counted from zero: what appears with one has not grown for Prometheus."""
        for name in definition_ids:
            if len(self._labels) < MOST_DEFINITIONS:
                self._labels.add(name)
                metrics.SCRAPER_DRIFT.labels(name)

    def count(self, definition_id: str) -> None:
        """Count one."""
        metrics.SCRAPER_DRIFT.labels(definition_id if definition_id in self._labels else OTHER).inc()
