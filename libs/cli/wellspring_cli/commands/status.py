"""`status`: what runs, since when, and whether it is ready."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from ..console import out
from ..lock import holder_of
from ..ports import LOOPBACK
from ..programs import answers_ready
from ..state import ProcessState, StackState, read_state
from .options import DataDirOption, DemoOption, data_dir_of


def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Show what runs. Exit code 0 when everything is ready, else 1."""
    data = data_dir_of(data_dir, demo=demo)
    running = holder_of(data.run / "lock") is not None
    if not running and not demo and data_dir is None:
        # Who started the demo asks for its state without saying so.
        other = data_dir_of(None, demo=True)
        if holder_of(other.run / "lock") is not None:
            data, running = other, True
    state = read_state(data.run / "state.json") if running else StackState()
    rows = asyncio.run(_rows(state))
    ready = bool(rows) and all(row["ready"] for row in rows)
    if as_json:
        known = {"running": running, "ready": ready, "url": state.url, "data_dir": str(data.root)}
        typer.echo(json.dumps({**known, "processes": rows}, indent=2))
    elif not rows:
        out.print(f"Nothing runs in {data.root}. Start it with: ./wellspring up{' --demo' * demo}")
    else:
        out.print(_table(rows))
        out.print(f"{state.url}   pid {state.pid}   {data.root}", soft_wrap=True)
    raise typer.Exit(0 if ready else 1)


async def _rows(state: StackState) -> list[dict[str, Any]]:
    answers = await asyncio.gather(*(_is_ready(process) for process in state.processes))
    return [
        {**asdict(process), "ready": ready} for process, ready in zip(state.processes, answers, strict=True)
    ]


async def _is_ready(process: ProcessState) -> bool:
    if process.kind != "service":
        return process.state == "ready"
    return await answers_ready(f"http://{LOOPBACK}:{process.port}/readyz")


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None)
    for heading in ("service", "pid", "state", "since", "restarts", "port"):
        table.add_column(heading, justify="right" if heading in {"pid", "restarts", "port"} else "left")
    for row in rows:
        shown = "ready" if row["ready"] else "not ready" if row["state"] == "ready" else row["state"]
        table.add_row(
            row["name"],
            str(row["pid"] or "-"),
            f"[{'green' if row['ready'] else 'red'}]{shown}[/]",
            row["since"],
            str(row["restarts"]),
            str(row["port"] or "-"),
        )
    return table
