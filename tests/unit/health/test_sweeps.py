from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.health.fakes import FakeProber, FakeStore, due_link
from wellspring_common import metering, metrics
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.tunables import Tunables, TunablesCopy
from wellspring_common.tunables_watch import TunablesWatch
from wellspring_health.domain.evidence import Evidence
from wellspring_health.domain.rhythm import jitter
from wellspring_health.domain.verdict import State
from wellspring_health.settings import HealthSettings
from wellspring_health.sweeps.checks import Sweeps
from wellspring_health.sweeps.looking import Looker


class Bucket:
    """The settings as an admin left them."""

    def __init__(self, **values: object) -> None:
        self._copy = TunablesCopy(revision=1, values=Tunables.model_validate(values))

    async def get(self, key: str) -> bytes | None:
        return self._copy.model_dump_json().encode()


def sweeps(
    store: FakeStore, prober: FakeProber, clock: FrozenClock, *, canaries: str = "", **settings: int
) -> Sweeps:
    chosen = HealthSettings.model_validate({"canaries": canaries, **settings})
    return Sweeps(
        store=store,
        looker=Looker(prober, clock, chosen.concurrency),
        tunables=TunablesWatch(MemoryBus(), Bucket(), keep_in=None),
        clock=clock,
        settings=chosen,
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
    assert store.saved[0].health.next_check_at == clock.now() + timedelta(minutes=30) * jitter(1)


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


async def test_a_host_whose_turn_is_away_is_not_claimed_until_then() -> None:
    clock = FrozenClock()
    store = FakeStore([due_link(1, clock.now(), host="slow.example:443"), due_link(2, clock.now())])
    prober = FakeProber(waits={"slow.example:443": 20.0})
    timers = sweeps(store, prober, clock)
    await timers.sweep_once()
    await timers.sweep_once()
    clock.advance(timedelta(seconds=20))
    await timers.sweep_once()
    assert store.refused == [[], ["slow.example:443"], []]


async def test_the_time_of_a_probe_is_a_setting() -> None:
    clock = FrozenClock()
    store, prober = FakeStore([due_link(1, clock.now())]), FakeProber()
    timers = sweeps(store, prober, clock)
    watch = TunablesWatch(MemoryBus(), Bucket(probe_timeout_seconds=3), keep_in=None)
    await watch._refresh(0)
    await replace(timers, tunables=watch).sweep_once()
    assert prober.deadlines == [3]


async def test_what_nobody_watches_rests_as_long_as_the_setting_says() -> None:
    clock = FrozenClock()
    quiet = replace(due_link(1, clock.now(), State.ALIVE), plays_per_day=0)
    store = FakeStore([quiet])
    watch = TunablesWatch(MemoryBus(), Bucket(probe_idle_hours=48), keep_in=None)
    await watch._refresh(0)
    await replace(sweeps(store, FakeProber(), clock), tunables=watch).sweep_once()
    assert store.saved[0].health.next_check_at == clock.now() + timedelta(hours=48) * jitter(1)


@pytest.mark.parametrize(("reachable", "down"), [((), True), (("https://b.example/",), False)])
async def test_one_canary_that_answers_is_enough(reachable: tuple[str, ...], down: bool) -> None:
    store = FakeStore()
    timers = sweeps(
        store,
        FakeProber(reachable=reachable),
        FrozenClock(),
        canaries="https://a.example/, https://b.example/",
    )
    assert await timers.canaries_once(timers.settings.canary_urls) is not down
    assert store.own.is_down is down
    assert metrics.OWN_NETWORK_DOWN._value.get() == down


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
