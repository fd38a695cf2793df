"""One open connection: what waits is bounded, and a client that does not read is dropped."""

import asyncio

from wellspring_gateway.listener import Listener


async def test_what_waits_comes_together_and_in_order() -> None:
    listener = Listener("sse")
    waiting = asyncio.create_task(listener.heard(within_s=60))
    await asyncio.sleep(0)
    listener.hear(b"one")
    listener.hear(b"two")
    assert await waiting == [b"one", b"two"]


async def test_a_quiet_time_ends_with_nothing() -> None:
    listener = Listener("sse")
    assert await listener.heard(within_s=0.01) == []
    assert not listener.ended


async def test_a_client_that_does_not_read_is_dropped_and_holds_nothing() -> None:
    listener = Listener("sse", most_bytes=100)
    for _ in range(100):
        listener.hear(b"x" * 10)
    assert listener.dropped
    assert await listener.heard(within_s=60) == []
    listener.hear(b"late")
    assert await listener.heard(within_s=60) == []


async def test_one_block_may_be_larger_than_what_may_wait() -> None:
    listener = Listener("sse", most_bytes=10)
    listener.hear(b"x" * 50)
    assert await listener.heard(within_s=60) == [b"x" * 50]


async def test_what_was_said_before_the_end_still_comes() -> None:
    listener = Listener("sse")
    listener.hear(b"last")
    listener.end()
    assert (await listener.heard(within_s=60), listener.ended) == ([b"last"], True)
    assert await listener.heard(within_s=60) == []
