"""Whether those who keep a stream open may still: who came in is asked again while they listen."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass

from wellspring_common.errors import Transient

from .listener import Listener

ASKED_EVERY_S = 2.0
"""How long somebody who may not watch any more still does, at most and roughly."""


@dataclass(frozen=True, slots=True)
class Stay:
    """How one stream is asked again. Those with the same `key` have the same answer."""

    key: Hashable
    may: Callable[[], Awaitable[bool]]


async def send_away(stays: Iterable[tuple[Listener, Stay]]) -> None:
    """End the streams of those who may not stay. While nobody can say, they do."""
    answers: dict[Hashable, bool] = {}
    for listener, stay in stays:
        if stay.key not in answers:
            try:
                answers[stay.key] = await stay.may()
            except Transient:
                answers[stay.key] = True
        if not answers[stay.key]:
            listener.refuse()


async def keep_asking(stays: Callable[[], Iterable[tuple[Listener, Stay]]]) -> None:
    """Ask for everybody who listens, again and again, until cancelled."""
    while True:
        await asyncio.sleep(ASKED_EVERY_S)
        await send_away(tuple(stays()))
