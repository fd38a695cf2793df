"""A stop that nats-py loses ends its caller all the same."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast

import nats.errors
import pytest

from tests.contract.delivering import envelope_of, started
from wellspring_common.bus.nats import cancellation, connection
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.cancellation import heeding, unmoved
from wellspring_common.bus.nats.connection import Connection
from wellspring_common.bus.nats.topology import wait_for
from wellspring_common.errors import WellspringError
from wellspring_common.events.topology import SETTINGS_BUCKET

PATIENCE_S = 2.0


class Losing:
    """Stands for nats-py with all its parts: its answer comes together with the stop, which it loses."""

    def __init__(self, answer: Any = None) -> None:
        self.asked = asyncio.Event()
        self.ends = False
        self._answer = answer

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        return self.call

    def jetstream(self, timeout: float) -> "Losing":
        return self

    async def key_value(self, name: str) -> "Losing":
        return self

    async def call(self, *_: object, **__: object) -> Any:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if self.ends:
                raise
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def bus_on(client: Losing) -> NatsBus:
    connection = Connection()
    connection.client = cast("Any", client)
    return NatsBus(connection, prefix="ws", service="gateway")


CALLS: dict[str, Callable[[Losing], Awaitable[object]]] = {
    "publish": lambda client: bus_on(client).publish(started(), envelope_of(started())),
    "tell": lambda client: bus_on(client).tell(started()),
    "ping": lambda client: bus_on(client).ping(),
    "get": lambda client: bus_on(client).bucket(SETTINGS_BUCKET).get("key"),
    "put": lambda client: bus_on(client).bucket(SETTINGS_BUCKET).put("key", b"value"),
    "wait for the topology": lambda client: wait_for(cast("Any", client), "gateway", "ws"),
}
ANSWERS = {"an answer": SimpleNamespace(value=b"", config=None), "an error": nats.errors.NoRespondersError()}


async def is_stopped(client: Losing, call: Callable[[Losing], Awaitable[object]]) -> bool:
    """Return whether a loop around a call ends when it is told to, and end it in any case."""

    async def again_and_again() -> None:
        while True:
            with suppress(WellspringError):
                await call(client)

    task = asyncio.create_task(again_and_again())
    await asyncio.wait_for(client.asked.wait(), PATIENCE_S)
    client.asked.clear()
    task.cancel()
    asked_again = asyncio.create_task(client.asked.wait())
    await asyncio.wait({task, asked_again}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE_S)
    stopped = task.cancelled()
    client.ends = True
    for each in (task, asked_again):
        each.cancel()
    await asyncio.gather(task, asked_again, return_exceptions=True)
    return stopped


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_a_loop_around_the_broker_ends_when_it_is_told_to(
    call: Callable[[Losing], Awaitable[object]], answer: Any
) -> None:
    assert await is_stopped(Losing(answer), call)


@pytest.mark.parametrize("call", ["publish", "get", "put", "ping", "tell"])
async def test_without_heed_the_same_loop_never_ends(monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    monkeypatch.setattr(cancellation, "_told", lambda: 0)
    assert not await is_stopped(Losing(ANSWERS["an answer"]), CALLS[call])


async def test_python_loses_a_stop_that_comes_with_the_answer_before_3_12() -> None:
    """When this fails for want of an old Python, the whole of `heeding` may go."""
    answer = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(asyncio.wait_for(answer, PATIENCE_S))
    await asyncio.sleep(0)
    answer.set_result("answer")
    waiting.cancel()
    await asyncio.wait({waiting})
    assert waiting.cancelled() == (sys.version_info >= (3, 12))


async def test_who_has_been_stopped_already_may_still_say_goodbye() -> None:
    said = []

    async def stops() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            with heeding():
                await asyncio.sleep(0)
                said.append("goodbye")
            said.append("and more")

    task = asyncio.create_task(stops())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert said == ["goodbye", "and more"]


async def test_a_time_out_that_was_lost_is_a_time_out_again() -> None:
    async def calls() -> None:
        async with asyncio.timeout(0.01):
            with heeding():
                await Losing().call()

    with pytest.raises(TimeoutError):
        await calls()


async def waited_for_by_two() -> "asyncio.Future[None]":
    """Return what another task waited for until it was told to stop: that ends it for everybody."""
    closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def connects_anew() -> None:
        await closed

    other = asyncio.create_task(connects_anew())
    await asyncio.sleep(0)
    other.cancel()
    await asyncio.wait({other})
    return closed


async def test_a_wait_that_was_ended_for_somebody_else_stops_nobody() -> None:
    with pytest.raises(asyncio.CancelledError):  # as Python has it
        await (await waited_for_by_two())
    left = False
    with unmoved():
        await (await waited_for_by_two())
        left = True
    assert not left, "the wait is over all the same"


async def test_who_was_told_to_stop_stops() -> None:
    async def waits() -> None:
        with unmoved():
            await asyncio.Event().wait()

    task = asyncio.create_task(waits())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()


async def test_a_client_that_is_closed_while_it_connects_anew_stops_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class ConnectsAnew(Losing):
        async def call(self, *_: object, **__: object) -> Any:
            return None

        async def close(self) -> None:
            await (await waited_for_by_two())

    monkeypatch.setattr(connection, "Client", ConnectsAnew)
    async with connection.connected("nats://127.0.0.1:4222", "test") as found:
        assert isinstance(found.client, ConnectsAnew)
    assert found.closing
