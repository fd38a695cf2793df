"""A pause begins with an absent dependency and is over when that answers."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from wellspring_common.bus import pause as pause_module
from wellspring_common.bus.pause import Pause
from wellspring_common.errors import DependencyDown

PACE = 0.001


class Dependency:
    def __init__(self, *, fails: int) -> None:
        self.asked = 0
        self._fails = fails

    async def ping(self) -> None:
        self.asked += 1
        if self.asked <= self._fails:
            raise DependencyDown("away")


def shown(name: str) -> float | None:
    return REGISTRY.get_sample_value("wellspring_consumer_paused", {"consumer": name})


async def test_without_a_pause_nobody_is_asked() -> None:
    dependency = Dependency(fails=0)
    await Pause("quiet", dependency.ping, pace=PACE).over()
    assert (dependency.asked, shown("quiet")) == (0, 0)


async def test_a_pause_lasts_until_the_dependency_answers() -> None:
    dependency, meanwhile = Dependency(fails=3), 0

    async def give_back() -> None:
        nonlocal meanwhile
        assert shown("paused") == 1
        meanwhile += 1

    pause = Pause("paused", dependency.ping, pace=PACE)
    pause.begin()
    pause.begin()
    await pause.over(meanwhile=give_back)
    assert (dependency.asked, meanwhile, shown("paused"), pause.is_on) == (4, 4, 0, False)


async def test_a_question_that_hangs_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pause_module, "ANSWER_S", 0.001)
    asked = 0

    async def hangs_once() -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            await asyncio.Event().wait()

    pause = Pause("hung", hangs_once, pace=PACE)
    pause.begin()
    await pause.over()
    assert asked == 2


async def test_without_a_question_there_is_no_pause() -> None:
    pause = Pause("never", None)
    pause.begin()
    assert not pause.is_on
    await pause.over()


async def test_a_stop_ends_a_pause() -> None:
    pause = Pause("stopped", Dependency(fails=10**9).ping, pace=PACE)
    pause.begin()
    waiting = asyncio.create_task(pause.over())
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert waiting.cancelled()
