from datetime import timedelta

import pytest

from tests.unit.health.fakes import FakeProber, FakeStore, due_link
from wellspring_common import metering, metrics
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.tunables_watch import TunablesWatch
from wellspring_health.domain.evidence import Evidence
from wellspring_health.domain.verdict import State
from wellspring_health.settings import HealthSettings
from wellspring_health.sweeps import Sweeps


class EmptyBucket:
    """Nobody changed a setting yet."""

    async def get(self, key: str) -> bytes | None:
        return None


def sweeps(store: FakeStore, prober: FakeProber, clock: FrozenClock, **settings: int) -> Sweeps:
    return Sweeps(
        store=store,
        prober=prober,
        tunables=TunablesWatch(MemoryBus(), EmptyBucket(), keep_in=None),
        clock=clock,
        settings=HealthSettings.model_validate(settings),
    )


async def test_a_sweep_with_nothing_due_saves_nothing() -> None:
    store = FakeStore()
    assert await sweeps(store, FakeProber(), FrozenClock()).sweep_once() == 0
    assert store.saved == []


async def test_every_claimed_link_gets_a_verdict() -> None:
    clock = FrozenClock()
    store = FakeStore([due_link(number, clock.now(), State.ALIVE) for number in (1, 2, 3)])
    prober = FakeProber({2: Evidence("not_found", 410), 3: Evidence("timeout")})
    assert await sweeps(store, prober, clock).sweep_once() == 3
    states = {each.link.link_id: each.health.state for each in store.saved}
    assert states == {1: State.ALIVE, 2: State.DEAD, 3: State.SUSPECT}
    assert store.saved[0].health.next_check_at == clock.now() + timedelta(minutes=30)


async def test_no_more_is_probed_at_once_than_allowed() -> None:
    clock = FrozenClock()
    store = FakeStore([due_link(number, clock.now()) for number in range(40)])
    prober = FakeProber()
    assert await sweeps(store, prober, clock, concurrency=4).sweep_once() == 40
    assert prober.most_at_once == 4


async def test_a_sweep_takes_one_batch() -> None:
    clock = FrozenClock()
    store = FakeStore([due_link(number, clock.now()) for number in range(7)])
    prober = FakeProber()
    timers = sweeps(store, prober, clock, batch=5)
    assert [await timers.sweep_once(), await timers.sweep_once(), await timers.sweep_once()] == [5, 2, 0]


async def test_a_state_that_empties_falls_to_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metering, "_hosts", set[str]())
    store = FakeStore(links={("alive", "pixel"): 3, ("dead", "fsl"): 1})
    held = sweeps(store, FakeProber(), FrozenClock())
    await held.count_once()
    store.links = {("expired", "pixel"): 3}
    await held.count_once()
    found = {
        (sample.labels["state"], sample.labels["host"]): sample.value
        for metric in metrics.LINKS.collect()
        for sample in metric.samples
    }
    assert found["expired", "pixel"] == 3
    assert found["alive", "pixel"] == 0
    assert ("dead", "fsl") not in found, "a server without links is gone"
    assert metrics.LINK_CHECK_OLDEST._value.get() == 30
