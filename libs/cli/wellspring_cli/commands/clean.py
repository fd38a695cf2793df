"""`clean`: titles that have nothing left to play are marked, later moved to the trash, and can come back."""

import asyncio
import json
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from ..console import Failure, out
from ..gateway import Entrance, entrance_of, signed_in
from .options import DataDirOption, DemoOption, data_dir_of

_ANSWERED = frozenset({200, 201})
VERDICTS = {
    "mark": "marked now",
    "wait": "marked before, not long enough",
    "unmark": "recovered, mark removed",
    "trash": "to the trash",
}
REASONS = {"no_source": "no source", "sources_gone": "every source gone"}


def clean(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    undo: Annotated[
        str | None, typer.Option("--undo", metavar="RUN", help="Restore what this run moved to the trash.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the run as JSON. Never asks.")] = False,
    url: Annotated[str | None, typer.Option("--url", help="A gateway elsewhere.", show_default=False)] = None,
    user: Annotated[str, typer.Option("--user", envvar="WELLSPRING_ADMIN_USER", show_default=False)] = "",
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Mark titles without anything to play, and move those marked long enough to the trash."""
    entrance = entrance_of(
        url, user, data_dir_of(data_dir, demo=demo), demo=demo, chosen=data_dir is not None
    )
    if undo is not None:
        _print(asyncio.run(_send(entrance, f"/api/v1/clean/{undo}/undo")), as_json=as_json)
        return
    if as_json and not dry_run and not yes:
        raise Failure("With --json nobody is asked.", "Add --yes, or --dry-run.", exit_code=2)
    if dry_run or not yes:
        planned = asyncio.run(_send(entrance, "/api/v1/clean", {"dry_run": True}))
        _print(planned, as_json=as_json)
        if dry_run:
            return
        if planned["held_back"]:
            raise Failure("Nothing is cleaned up while a breaker is open.", "Run it again when that is over.")
        if not any(planned["counts"][verdict] for verdict in ("mark", "unmark", "trash")):
            return
        if not typer.confirm("Go on?", default=False):
            raise typer.Exit(1)
    _print(asyncio.run(_send(entrance, "/api/v1/clean", {"dry_run": False})), as_json=as_json)


async def _send(entrance: Entrance, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    async with signed_in(*entrance) as client:
        run = await client.send("POST", path, body, allowed=_ANSWERED, what="the clean-up")
    run.pop("http_status", None)
    return run


def _print(run: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        out.print_json(json.dumps(run))
        return
    if "restored" in run:
        out.print(
            f"[green]undone[/] {len(run['restored'])} titles restored from run {run['id']}", soft_wrap=True
        )
        return
    if run["titles"]:
        out.print(titles(run["titles"]))
    out.print(statistics(run))
    out.print(headline(run), soft_wrap=True)


def headline(run: dict[str, Any]) -> str:
    """Return what a run did, or would do, in one paragraph with markup."""
    counts = ", ".join(
        f"{run['counts'][name]} {words}" for name, words in VERDICTS.items() if run["counts"][name]
    )
    lines = [counts or "nothing to clean up"]
    if run["dry_run"]:
        lines[0] = f"[yellow]rehearsal, nothing was changed[/]: {lines[0]}"
    else:
        lines[0] = f"[green]done[/]: {lines[0]}"
        if run["counts"]["trash"]:
            lines.append(f"undo: ./wellspring clean --undo {run['id']}")
    if run["held_back"]:
        hosts = ", ".join("our own network" if host == "*" else host for host in run["held_back"])
        lines.append(f"[red]would refuse now[/]: a breaker is open ({escape(hosts)})")
    return "\n".join(lines)


def titles(decided: list[dict[str, Any]]) -> Table:
    """Return which titles are meant, and why."""
    table = Table(box=None, pad_edge=False)
    for column in ("title", "what", "why"):
        table.add_column(column, overflow="fold")
    for one in decided:
        why = REASONS.get(one["reason"] or "", "")
        if one["reason"] == "sources_gone":
            why = f"{why}: {one['sources']} in {one['gone_in_scrapes']} scrapes"
        table.add_row(escape(one["title"]), VERDICTS[one["verdict"]], why)
    return table


def statistics(run: dict[str, Any]) -> Table:
    """Return the library before and after, or as it is where nothing was changed."""
    table = Table(box=None, pad_edge=False)
    table.add_column("library")
    columns = ("now",) if run["dry_run"] else ("before", "after")
    for column in columns:
        table.add_column(column, justify="right")
    sides = [_lines(run[side]) for side in ("before", "after")[: len(columns)]]
    for name in sides[0]:
        table.add_row(name, *(str(side[name]) for side in sides))
    return table


def _lines(found: dict[str, Any]) -> dict[str, int]:
    plain = ("titles", "episodes", "sources", "marked", "in_trash")
    return {
        **{name.replace("_", " "): found[name] for name in plain},
        **{f"links {state}": count for state, count in found["links"].items()},
        **{f"candidates: {words}": found["candidates"][reason] for reason, words in REASONS.items()},
    }
