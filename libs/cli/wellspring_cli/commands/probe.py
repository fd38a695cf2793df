"""`probe`: looks at links now, and says what was found."""

import asyncio
import json
import time
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ..console import err, out, say, warn
from ..gateway import Client, Entrance, entrance_of, signed_in
from .options import DataDirOption, DemoOption, data_dir_of

LOOK_EVERY_S = 0.5
UNHEARD_AFTER_S = 20.0
"""A run that nobody takes up for so long is worth a word: the health service may be away."""
ENDED = frozenset({"done", "failed"})


def probe(
    *,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many links.")] = None,
    older_than: Annotated[
        float | None,
        typer.Option("--older-than", min=0, metavar="HOURS", help="Only those not looked at for so long."),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            "--timeout", min=0.1, max=60, metavar="S", help="For one look. Without it: the setting."
        ),
    ] = None,
    host: Annotated[str | None, typer.Option("--host", help="Only links on this host or server.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="Only links of this title: its slug.")] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it has ended.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the run as JSON.")] = False,
    url: Annotated[str | None, typer.Option("--url", help="A gateway elsewhere.", show_default=False)] = None,
    user: Annotated[str, typer.Option("--user", envvar="WELLSPRING_ADMIN_USER", show_default=False)] = "",
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Look at links now: all, or those that meet every condition. Exit code 1 if the run failed."""
    entrance = entrance_of(
        url, user, data_dir_of(data_dir, demo=demo), demo=demo, chosen=data_dir is not None
    )
    wish = {
        "limit": limit,
        "older_than_hours": older_than,
        "timeout_s": timeout,
        "host": host,
        "title": title,
    }
    given = {name: value for name, value in wish.items() if value is not None}
    run = asyncio.run(_probe(entrance, given, wait=wait, quiet=as_json))
    if as_json:
        out.print_json(json.dumps(run))
    elif wait:
        if run["total"]:
            out.print(summary(run))
        out.print(headline(run), soft_wrap=True)
    raise typer.Exit(1 if run["state"] == "failed" else 0)


async def _probe(entrance: Entrance, wish: dict[str, Any], *, wait: bool, quiet: bool) -> dict[str, Any]:
    async with signed_in(*entrance) as client:
        run = await client.send("POST", "/api/v1/probes", wish, what="the probe")
        if not quiet:
            say(f"probe {run['id']}: {escape(conditions(run['filter']))}")
        if wait:
            try:
                run = await _ended(client, run, quiet=quiet)
            except asyncio.CancelledError:
                warn(f"The probe goes on without you: {client.url}/api/v1/probes/{run['id']}")
                raise
    run.pop("http_status", None)
    return run


def conditions(wanted: dict[str, Any]) -> str:
    """Return in words which links are meant."""
    words = {
        "limit": "at most {} links",
        "older_than_hours": "not looked at for {:g} h",
        "timeout_s": "{:g} s each",
        "host": "on {}",
        "title": "of {}",
        "episode_id": "of episode {}",
    }
    said = [text.format(wanted[name]) for name, text in words.items() if wanted.get(name) is not None]
    return ", ".join(said) or "every link"


def headline(run: dict[str, Any]) -> str:
    """Return how a run ended, in one line with markup."""
    if run["state"] == "failed":
        why = escape(run["error"] or "no reason given")
        return f"[red]failed[/] after {run['done']} of {run['total']} links: {why}"
    if not run["total"]:
        return "[green]done[/] no link meets these conditions"
    return f"[green]done[/] {run['done']} of {run['total']} links looked at"


def summary(run: dict[str, Any]) -> Table:
    """Return what was found by reason, and the states before and after."""
    table = Table(box=None, pad_edge=False, title_justify="left")
    table.add_column("found")
    table.add_column("links", justify="right")
    for reason, count in sorted((run["counts"] or {}).items(), key=lambda pair: (-pair[1], pair[0])):
        table.add_row(escape(reason), str(count))
    before, after = run["states_before"] or {}, run["states_after"] or {}
    if before or after:
        table.add_section()
        table.add_row("[bold]state[/]", "[bold]before → after[/]")
        for state in sorted({*before, *after}):
            table.add_row(escape(state), f"{before.get(state, 0)} → {after.get(state, 0)}")
    return table


async def _ended(client: Client, run: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    began, told = time.monotonic(), False
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=quiet) as progress:
        bar = progress.add_task("waiting", total=None)
        while run["state"] not in ENDED:
            if run["state"] == "queued" and not told and time.monotonic() - began > UNHEARD_AFTER_S:
                told = True
                progress.console.print(
                    "Nobody has taken it up yet: does the health service run? ./wellspring status"
                )
            await asyncio.sleep(LOOK_EVERY_S)
            run = await client.send("GET", f"/api/v1/probes/{run['id']}", what="the probe")
            known = run["state"] != "queued"
            progress.update(
                bar,
                description="looking" if known else "waiting",
                total=run["total"] if known else None,
                completed=run["done"] or 0,
            )
    return run
