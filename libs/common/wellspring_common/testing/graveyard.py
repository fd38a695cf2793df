"""A graveyard in memory: counts failures and keeps what was buried."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from wellspring_common.bus.port import Delivery, Undecodable
from wellspring_common.errors import WellspringError


@dataclass(frozen=True)
class Buried:
    """One message that will not be tried again, and why."""

    consumer: str
    dead: Delivery | Undecodable
    code: str
    detail: str
    fingerprint: str = ""


class MemoryGraveyard:
    """The `Graveyard` port in memory. `failed_before` counts for every event, and `down` is raised."""

    def __init__(self, *, failed_before: int = 0) -> None:
        self.failures: Counter[tuple[str, UUID]] = Counter()
        self.unended_runs: Counter[tuple[str, UUID]] = Counter()
        self.buried: list[Buried] = []
        self.down: WellspringError | None = None
        self._failed_before = failed_before

    async def unended(self, consumer: str, delivery: Delivery) -> int:
        """Return how many runs were noted that never ended."""
        if self.down is not None:
            raise self.down
        return self.unended_runs[consumer, delivery.envelope.event_id]

    async def is_buried(self, consumer: str, delivery: Delivery) -> bool:
        """Return whether an event was given up. Nobody tries one again here."""
        if self.down is not None:
            raise self.down
        ours = [each.dead for each in self.buried if each.consumer == consumer]
        ids = {each.envelope.event_id for each in ours if isinstance(each, Delivery)}
        return delivery.envelope.event_id in ids

    async def begun(self, consumer: str, delivery: Delivery) -> int:
        """Note a run, and return how many before it never ended."""
        before = await self.unended(consumer, delivery)
        self.unended_runs[consumer, delivery.envelope.event_id] += 1
        return before

    async def ended(self, consumer: str, delivery: Delivery) -> None:
        """Forget unended runs."""
        if self.down is not None:
            raise self.down
        self.unended_runs.pop((consumer, delivery.envelope.event_id), None)

    async def failed(self, consumer: str, delivery: Delivery, error: BaseException) -> int:
        """Record a failed attempt and return how many there were."""
        del error
        if self.down is not None:
            raise self.down
        key = (consumer, delivery.envelope.event_id)
        self.failures[key] += 1
        return self._failed_before + self.failures[key]

    async def bury(
        self, consumer: str, dead: Delivery | Undecodable, code: str, detail: str, fingerprint: str = ""
    ) -> None:
        """Keep a message that will not be tried again, and forget its attempts."""
        if self.down is not None:
            raise self.down
        if isinstance(dead, Delivery):
            self.failures.pop((consumer, dead.envelope.event_id), None)
            self.unended_runs.pop((consumer, dead.envelope.event_id), None)
        self.buried.append(Buried(consumer, dead, code, detail, fingerprint))
