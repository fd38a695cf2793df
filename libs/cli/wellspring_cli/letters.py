"""Dead letters from the command line: which are meant, deciding about each, waiting for what comes of it."""

import asyncio
import getpass
import os
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg

from .console import Failure

if TYPE_CHECKING:
    from wellspring_common.dead_letters import Address, Wanted

MOST = 100_000
LOOK_EVERY_S = 0.25
ENDED = frozenset({"handled", "died_again", "refused"})
GOOD = frozenset({"handled", "sent"})
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

Step = Callable[["Address", str], Awaitable[None]]
Told = Callable[[], None]


@dataclass
class Tried:
    """What became of one letter. `code` and `detail` say why it was refused."""

    address: "Address"
    consumer: str
    event: str
    outcome: str = "waiting"
    code: str | None = None
    detail: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {**vars(self), "address": str(self.address)}


def parsed_since(text: str | None, now: datetime) -> datetime | None:
    """Return the moment that `2h`, `3d` or `2026-11-21` means. Raises `Failure`."""
    if not text:
        return None
    if (span := re.fullmatch(r"(\d{1,4})([smhdw])", text.strip())) is not None:
        return now - timedelta(**{_UNITS[span[2]]: int(span[1])})
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Failure(f"{text!r} is no time.", "Say for example 30m, 2h, 3d or 2026-11-21.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parsed_addresses(texts: Sequence[str]) -> "list[Address]":
    """Return the letters that somebody named, each once. Raises `Failure`."""
    from wellspring_common.dead_letters import Address  # noqa: PLC0415  (slow to import)
    from wellspring_common.errors import Permanent  # noqa: PLC0415  (the same)

    try:
        return list(dict.fromkeys(Address.parse(text) for text in texts))
    except Permanent as error:
        raise Failure(error.message, "./wellspring dead list shows those that there are.") from error


async def chosen(
    connection: "asyncpg.Connection[asyncpg.Record]", addresses: "Sequence[Address]", wanted: "Wanted | None"
) -> list[Tried]:
    """Return the letters that are meant: those named, or all open ones that match. Raises `Failure`."""
    from wellspring_common.dead_letters import find, read  # noqa: PLC0415  (slow to import)

    if wanted is not None:
        rows = await find(connection, wanted, limit=MOST)
    else:
        found = [(address, await read(connection, address)) for address in addresses]
        missing = [str(address) for address, row in found if row is None]
        if missing:
            raise Failure(
                f"There is no letter {', '.join(missing)}.",
                "./wellspring dead list --state all shows those that there are. They are kept for 90 days.",
            )
        rows = [row for _, row in found if row is not None]
    if not rows:
        raise Failure("No open letter matches.", "./wellspring dead list shows those that are open.")
    # The oldest first, as they came.
    return [Tried(parsed_addresses([row["address"]])[0], row["consumer"], row["event"]) for row in rows[::-1]]


async def at_pace(tried: Sequence[Tried], step: Step, *, rate: float, told: Told) -> None:
    """Do something with each letter, so many a second. What is refused is noted, and the rest goes on."""
    from wellspring_common.errors import Permanent  # noqa: PLC0415  (slow to import)

    began = time.monotonic()
    for number, letter in enumerate(tried):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        try:
            await step(letter.address, letter.consumer)
        except Permanent as error:
            letter.outcome, letter.code, letter.detail = "refused", error.code, error.message
        told()


async def until_over(
    connection: "asyncpg.Connection[asyncpg.Record]",
    tried: Sequence[Tried],
    *,
    patience_s: float,
    silent: frozenset[str],
    told: Told,
) -> None:
    """Wait until each letter was handled or died again. Of `silent` consumers nobody hears: sent is all."""
    from wellspring_common.dead_letters import outcomes  # noqa: PLC0415  (slow to import)

    until = time.monotonic() + patience_s
    while True:
        left = [each for each in tried if not _is_over(each, silent)]
        if not left or time.monotonic() > until:
            return
        now = await outcomes(connection, [each.address for each in left])
        for each in left:
            each.outcome = now.get(each.address, each.outcome)
            if _is_over(each, silent):
                told()
        await asyncio.sleep(LOOK_EVERY_S)


def who() -> str:
    """Return whom the letters name as having decided."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (OSError, KeyError):
        return f"user {os.getuid()} (command line)"


def _is_over(letter: Tried, silent: frozenset[str]) -> bool:
    return letter.outcome in ENDED or (letter.outcome == "sent" and letter.consumer in silent)
