"""`simulate`: a month of viewing in seconds, under several policies."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from ..console import Failure

PROGRAM = "wellspring_sim"


def simulate(
    *,
    world: Annotated[
        str, typer.Option("--world", help="mixed, demo or harsh: what the servers do.")
    ] = "mixed",
    episodes: Annotated[int, typer.Option("--episodes", min=1)] = 10_000,
    days: Annotated[int, typer.Option("--days", min=1)] = 30,
    plays_per_day: Annotated[int, typer.Option("--plays-per-day", min=1)] = 500,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="How many months, with other chances.")] = 5,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy", help="Only this one: always-6h, always-known, click-only or ours.", show_default="all"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON list.")] = False,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Write an SVG of the table there.", show_default=False)
    ] = None,
) -> None:
    """Compare policies over a simulated month, and exit with 1 when a goal does not hold."""
    if find_spec(PROGRAM) is None:
        raise Failure("This installation has no simulator.", "Run ./wellspring simulate in a checkout.")
    command = [
        *(sys.executable, "-m", PROGRAM),
        *("--world", world, "--episodes", str(episodes), "--days", str(days), "--seeds", str(seeds)),
        *("--plays-per-day", str(plays_per_day)),
        *(part for name in policy or () for part in ("--policy", name)),
        *(("--json",) if as_json else ()),
        *(("--plot", str(plot.absolute())) if plot is not None else ()),
    ]
    raise typer.Exit(subprocess.run(command, check=False).returncode)
