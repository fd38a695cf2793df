"""Questions and their answers over core NATS: nothing is stored, and nobody waits for one who is away."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from wellspring_common.bus.port import Reply
from wellspring_common.errors import DependencyDown

from .cancellation import within
from .errors import AWAY, translated

SUBSCRIBE_S = 5.0
GOODBYE_S = 1.0

log = structlog.get_logger(__name__)


async def ask(client: Client, subject: str, question: bytes, patience_s: float) -> bytes:
    """Return the answer of whoever got the question. Raises `DependencyDown`."""
    try:
        async with within(patience_s):
            message = await client.request(subject, question, timeout=patience_s)
    except nats.errors.NoRespondersError:
        raise DependencyDown("Nobody is there who could answer.", code="no_responders") from None
    except TimeoutError:
        raise DependencyDown(f"No answer came within {patience_s:.0f} s.", code="no_answer") from None
    except AWAY as error:
        raise translated(error) from error
    return bytes(message.data)


async def answer(client: Client, group: str, replies: Mapping[str, Reply]) -> None:
    """Answer questions until cancelled. Each is answered by itself, so that a long one holds up no other."""
    running: set[asyncio.Task[None]] = set()

    def taker(subject: str, reply: Reply) -> Callable[[Msg], Awaitable[None]]:
        async def take(message: Msg) -> None:
            task = asyncio.create_task(_answered(subject, reply, message))
            running.add(task)
            task.add_done_callback(running.discard)

        return take

    held = []
    try:
        for subject, reply in replies.items():
            async with within(SUBSCRIBE_S):
                held.append(await client.subscribe(subject, queue=group, cb=taker(subject, reply)))
        await asyncio.Event().wait()
    finally:
        for subscription in held:
            with suppress(*AWAY):
                async with within(GOODBYE_S):
                    await subscription.unsubscribe()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _answered(subject: str, reply: Reply, message: Msg) -> None:
    try:
        said = await reply(message.data)
        async with within(GOODBYE_S):
            await message.respond(said)
    except AWAY as error:  # who asked hears nothing in time, and asks again
        log.warning("question.unanswered", subject=subject, reason=str(error))
    except Exception as error:
        log.error("question.crashed", subject=subject, exc_info=error)
