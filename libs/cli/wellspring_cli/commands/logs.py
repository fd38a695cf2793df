"""`logs`: what the processes said."""

from typing import Annotated

import typer

from ..console import Failure
from ..logbook import last_lines, show_in_terminal
from .options import DataDirOption, DemoOption, data_dir_of


def logs(
    service: Annotated[str | None, typer.Argument(help="One process. All of them when left out.")] = None,
    *,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many lines of each.")] = 50,
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Show the last lines of the logs."""
    folder = data_dir_of(data_dir, demo=demo).logs
    known = sorted(path.stem for path in folder.glob("*.log"))
    if not known:
        raise Failure(f"There are no logs in {folder}.", "Start Wellspring first with: ./wellspring up")
    if service and service not in known:
        raise Failure(f"There is no log of {service}.", f"There are logs of: {', '.join(known)}.")
    for name in [service] if service else known:
        for line in last_lines(folder / f"{name}.log", lines):
            show_in_terminal(name, line)
