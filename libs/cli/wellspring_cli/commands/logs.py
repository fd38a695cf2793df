"""`logs`: what the processes said."""

import re
from pathlib import Path
from typing import Annotated

import typer

from ..console import Failure
from ..logbook import last_lines, show_in_terminal, traced_lines
from .options import DataDirOption, DemoOption, data_dir_of

_TRACE = re.compile(r"^(?:00-)?([0-9a-f]{32})(?:-[0-9a-f]{16}-[0-9a-f]{2})?$")


def logs(
    service: Annotated[str | None, typer.Argument(help="One process. All of them when left out.")] = None,
    *,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many lines of each.")] = 50,
    trace: Annotated[
        str | None,
        typer.Option(
            "--trace", help="Only what was said in one trace, all of it: an X-Trace-Id or traceparent."
        ),
    ] = None,
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Show the last lines of the logs, or the whole story of one trace."""
    folder = data_dir_of(data_dir, demo=demo).logs
    known = sorted(path.stem for path in folder.glob("*.log"))
    if not known:
        raise Failure(f"There are no logs in {folder}.", "Start Wellspring first with: ./wellspring up")
    if service and service not in known:
        raise Failure(f"There is no log of {service}.", f"There are logs of: {', '.join(known)}.")
    if trace:
        _show_trace(folder, [service] if service else known, trace)
        return
    for name in [service] if service else known:
        for line in last_lines(folder / f"{name}.log", lines):
            show_in_terminal(name, line)


def _show_trace(folder: Path, names: list[str], trace: str) -> None:
    wanted = _TRACE.match(trace.strip())
    if wanted is None:
        raise Failure(
            f"{trace!r} is no trace.", "Take the X-Trace-Id of an answer, or a trace_id from a log."
        )
    said = traced_lines(folder, names, wanted.group(1))
    if not said:
        raise Failure(f"No log has a line of {wanted.group(1)}.", f"Logs are in {folder}.")
    for name, line in said:
        show_in_terminal(name, line)
