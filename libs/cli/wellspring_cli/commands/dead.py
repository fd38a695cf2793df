"""`dead`: what services gave up on. Look, try again once the cause is gone, or drop with a reason."""

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from wellspring_common.clock import SystemClock

from ..console import Failure, hush_libraries
from ..letters import (
    GOOD,
    Tried,
    at_pace,
    chosen,
    parsed_addresses,
    parsed_since,
    until_over,
    who,
)
from ..letters_view import progress, show_groups, show_letter, show_list, show_none, show_outcomes
from ..reading import reading
from .options import DataDirOption, DemoOption, data_dir_of

if TYPE_CHECKING:
    from wellspring_common.dead_letters import Address, Wanted

app = typer.Typer(
    help="Dead letters: what services gave up on. docs/dead-letters.md explains.", no_args_is_help=True
)

State = Literal["open", "replayed", "dropped", "all"]
Ids = Annotated[list[str] | None, typer.Argument(help="Letters, as links/12.", show_default=False)]
ConsumerOption = Annotated[str | None, typer.Option("--consumer", help="Of this consumer.")]
CodeOption = Annotated[str | None, typer.Option("--code", help="With this code.")]
FingerprintOption = Annotated[str | None, typer.Option("--fingerprint", help="That died in this way.")]
AllOption = Annotated[bool, typer.Option("--all", help="All that are open.")]
RateOption = Annotated[float, typer.Option("--rate", min=0.1, max=10_000, help="At most so many a second.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")]


@app.command("list")
def list_letters(
    *,
    consumer: ConsumerOption = None,
    code: CodeOption = None,
    fingerprint: FingerprintOption = None,
    state: Annotated[State, typer.Option("--state", help="open, replayed, dropped or all.")] = "open",
    since: Annotated[
        str | None, typer.Option("--since", help="That died since: 30m, 2h, 3d or a date.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many.")] = 50,
    group: Annotated[bool, typer.Option("--group", help="What died in the same way as one row.")] = False,
    as_json: JsonOption = False,
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Show letters, the newest first."""
    from wellspring_common.dead_letters import Wanted, count, find, ways  # noqa: PLC0415  (slow to import)

    hush_libraries()
    now = SystemClock().now()
    only = None if state == "all" else state
    wanted = Wanted(
        consumer=consumer, code=code, fingerprint=fingerprint, state=only, since=parsed_since(since, now)
    )

    async def run() -> tuple[list[dict[str, Any]], int]:
        async with reading(data_dir_of(data_dir, demo=demo), demo=demo) as connection:
            found = await (ways if group else find)(connection, wanted, limit=limit)
            return found, await count(connection, wanted)

    letters, total = asyncio.run(run())
    if as_json:
        _print({"total": total, "ways" if group else "letters": letters})
    elif not letters:
        show_none(only, narrowed=any((consumer, code, fingerprint, since)))
    elif group:
        show_groups(letters, now)
    else:
        show_list(letters, total, now, state=only)


@app.command()
def show(
    letter: Annotated[str, typer.Argument(help="A letter, as links/12.")],
    *,
    as_json: JsonOption = False,
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Show everything of one letter: why it died, headers, payload, and how to go on."""
    from wellspring_common.dead_letters import read  # noqa: PLC0415  (slow to import)

    hush_libraries()
    (address,) = parsed_addresses([letter])

    async def run() -> dict[str, Any] | None:
        async with reading(data_dir_of(data_dir, demo=demo), demo=demo) as connection:
            return await read(connection, address)

    found = asyncio.run(run())
    if found is None:
        raise Failure(f"There is no letter {address}.", "./wellspring dead list shows those that there are.")
    if as_json:
        raw: bytes = found.pop("raw")
        _print(found if found["payload"] is not None else {**found, "raw_hex": raw.hex()})
    else:
        show_letter(found, SystemClock().now())


@app.command()
def replay(
    letters: Ids = None,
    *,
    every: AllOption = False,
    consumer: ConsumerOption = None,
    code: CodeOption = None,
    fingerprint: FingerprintOption = None,
    rate: RateOption = 50,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until each was handled or died again.")] = False,
    patience: Annotated[float, typer.Option("--patience", min=1, help="Seconds to wait at most.")] = 120,
    as_json: JsonOption = False,
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Bring letters to their consumers again, the oldest first.

    Exit code 1 when one was refused, or with --wait was not handled.
    """
    from wellspring_common import dead_letters  # noqa: PLC0415  (slow to import)
    from wellspring_common.events.topology import CONSUMERS  # noqa: PLC0415  (the same)

    hush_libraries()
    named, wanted = _meant(letters, consumer, code, fingerprint, every=every)
    # The scraper has no inbox, and so nobody hears that it has handled something.
    silent = frozenset(each.name for each in CONSUMERS if each.service == "scraper")

    async def run() -> list[Tried]:
        async with reading(data_dir_of(data_dir, demo=demo), demo=demo) as connection:
            tried = await chosen(connection, named, wanted)
            again = partial(dead_letters.replay, connection, by=who())
            with progress("replayed", len(tried), quiet=as_json) as told:
                await at_pace(tried, again, rate=rate, told=told)
            if wait:
                with progress("over", len(tried), quiet=as_json) as told:
                    await until_over(connection, tried, patience_s=patience, silent=silent, told=told)
            return tried

    _end(asyncio.run(run()), "replayed", waited=wait, as_json=as_json)


@app.command()
def drop(
    letters: Ids = None,
    *,
    why: Annotated[str, typer.Option("--why", help="The reason, which stays with the letter.")],
    every: AllOption = False,
    consumer: ConsumerOption = None,
    code: CodeOption = None,
    fingerprint: FingerprintOption = None,
    as_json: JsonOption = False,
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Give letters up for good. They stay to be looked at for 90 days, with the reason."""
    from wellspring_common import dead_letters  # noqa: PLC0415  (slow to import)

    hush_libraries()
    if not why.strip():
        raise Failure("A letter is dropped for a reason.", 'Say it: --why "…"')
    named, wanted = _meant(letters, consumer, code, fingerprint, every=every)

    async def run() -> list[Tried]:
        async with reading(data_dir_of(data_dir, demo=demo), demo=demo) as connection:
            tried = await chosen(connection, named, wanted)

            async def give_up(address: "Address", _: str) -> None:
                await dead_letters.drop(connection, address, by=who(), why=why)

            with progress("dropped", len(tried), quiet=as_json) as told:
                await at_pace(tried, give_up, rate=1000, told=told)
            for each in tried:
                each.outcome = "dropped" if each.outcome == "waiting" else each.outcome
            return tried

    _end(asyncio.run(run()), "dropped", waited=False, as_json=as_json)


def _meant(
    letters: list[str] | None,
    consumer: str | None,
    code: str | None,
    fingerprint: str | None,
    *,
    every: bool,
) -> "tuple[list[Address], Wanted | None]":
    """Return the letters that were named, or what the open ones must match. Raises `Failure`."""
    from wellspring_common.dead_letters import Wanted  # noqa: PLC0415  (slow to import)

    if bool(letters) is (every or any((consumer, code, fingerprint))):
        raise Failure(
            "Which letters?", "Name some, or say --all, or narrow with --fingerprint, --code and --consumer."
        )
    wanted = None if letters else Wanted(consumer=consumer, code=code, fingerprint=fingerprint)
    return parsed_addresses(letters or []), wanted


def _end(tried: list[Tried], done: str, *, waited: bool, as_json: bool) -> None:
    if as_json:
        _print(
            {done: sum(each.outcome != "refused" for each in tried), "letters": [e.as_json() for e in tried]}
        )
    else:
        show_outcomes(tried, done=done, waited=waited)
    bad = any(each.outcome == "refused" or (waited and each.outcome not in GOOD) for each in tried)
    raise typer.Exit(1 if bad else 0)


def _print(document: dict[str, Any]) -> None:
    typer.echo(json.dumps(document, indent=2, default=_plain))


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
