"""Somebody who asks for probes, and replicas of health that work on them."""

from typing import Any
from uuid import UUID, uuid4

from tests.integration.common.deliveries import delivery_of
from tests.integration.health.shelf import Shelf
from tests.unit.health.fakes import FakeProber
from tests.unit.health.test_sweeps import Bucket
from wellspring_common.events.probes import ProbeRequested
from wellspring_common.events.topology import HEALTH_PROBES
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.tunables_watch import TunablesWatch
from wellspring_health.adapters.runs import PostgresRuns
from wellspring_health.settings import HealthSettings
from wellspring_health.sweeps.demands import Demands
from wellspring_health.sweeps.looking import Looker


class Desk:
    """Somebody who asks for probes, and replicas that work on them."""

    def __init__(self, shelf: Shelf, runs: PostgresRuns) -> None:
        self.shelf, self.runs = shelf, runs

    async def ask(self, **wish: Any) -> UUID:
        """Ask for a run, as an event that is brought twice."""
        event = ProbeRequested(run_id=uuid4(), requested_by="ann", **wish)
        delivery = delivery_of(event)
        added = [
            await self.runs.add(HEALTH_PROBES.name, delivery, event, now=self.shelf.clock.now())
            for _ in range(2)
        ]
        assert added == [True, False]
        return event.run_id

    def replica(self, prober: FakeProber, **settings: Any) -> Demands:
        chosen = HealthSettings.model_validate(settings)
        return Demands(
            store=self.shelf.store,
            runs=self.runs,
            looker=Looker(prober, self.shelf.clock, chosen.concurrency),
            tunables=TunablesWatch(MemoryBus(), Bucket(), keep_in=None),
            clock=self.shelf.clock,
            settings=chosen,
        )

    async def run(self, run_id: UUID) -> dict[str, Any]:
        row = await self.shelf.admin.fetchrow(
            "select *, reasons::text, before::text, after::text from health.probe_runs where id = $1", run_id
        )
        assert row is not None
        return dict(row)

    async def left(self, run_id: UUID) -> set[int]:
        rows = await self.shelf.admin.fetch(
            "select link_id from health.probe_run_links where run_id = $1", run_id
        )
        return {row["link_id"] for row in rows}
