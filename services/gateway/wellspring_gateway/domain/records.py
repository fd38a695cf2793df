"""What a month of probes says of a server, in steps so coarse that the order of offers does not flicker."""

from dataclasses import dataclass

_STEPS = (0.95, 0.8, 0.5)
"""A server that nobody has measured stands at the third of them."""
_QUICK_MS = 100
SLOWEST = 12


@dataclass(frozen=True)
class ServerRecord:
    """Probes of one server, newer ones weighing more: how many, which share was fine, how long they took."""

    probes: float
    reliability: float
    latency_ms: float | None = None

    @property
    def smoothed(self) -> float:
        """Return the share that was fine by Laplace's rule: few probes prove little."""
        return (self.reliability * self.probes + 1) / (self.probes + 2)


UNMEASURED = ServerRecord(0, 0)


def reliability_step(record: ServerRecord) -> int:
    """Return how far down a server stands, 0 for one that may be relied on."""
    return sum(record.smoothed < step for step in _STEPS)


def latency_step(latency_ms: float | None) -> int:
    """Return 0 for less than a tenth of a second and one more for each doubling, the last for unknown."""
    if latency_ms is None:
        return SLOWEST
    return min(int(latency_ms / _QUICK_MS).bit_length(), SLOWEST - 1)
