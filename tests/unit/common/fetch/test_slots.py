"""Places that are handed on in the order of asking, and never lost to somebody who went away."""

import asyncio
from collections.abc import Callable

import pytest

from wellspring_common.fetch.slots import Slots


def waiting(slots: Slots, order: list[str]) -> Callable[[str], "asyncio.Task[None]"]:
    async def take(name: str) -> None:
        await slots.take()
        order.append(name)

    return lambda name: asyncio.create_task(take(name))


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_place_goes_to_whoever_waits_longest() -> None:
    slots, order = Slots(1), list[str]()
    assert slots.take_now()
    assert not slots.take_now()
    start = waiting(slots, order)
    tasks = [start(name) for name in "abc"]
    await settle()
    assert order == []
    slots.give_back()
    assert not slots.take_now()  # it was handed on
    await settle()
    assert order == ["a"]
    slots.give_back()
    slots.give_back()
    await asyncio.gather(*tasks)
    assert order == ["a", "b", "c"]
    slots.give_back()
    assert slots.take_now()


@pytest.mark.parametrize("given_first", [False, True], ids=["while waiting", "just when it was given"])
async def test_who_goes_away_takes_no_place_along(given_first: bool) -> None:
    slots, order = Slots(1), list[str]()
    assert slots.take_now()
    start = waiting(slots, order)
    leaving, staying = start("leaving"), start("staying")
    await settle()
    if given_first:
        slots.give_back()
        leaving.cancel()
    else:
        leaving.cancel()
        slots.give_back()
    await asyncio.wait({leaving, staying}, timeout=5)
    assert leaving.cancelled()
    assert order == ["staying"]
    slots.give_back()
    assert slots.take_now()
    assert not slots.take_now()
