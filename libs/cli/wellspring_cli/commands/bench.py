"""`bench`: measurements against named baselines."""

import contextlib
import json
import subprocess
import sys
from typing import Annotated, Any

import typer

from ..console import Failure, out
from ..frontend import build
from ..places import ROOT

FOLDER = ROOT / "tests" / "bench"


def bench(
    names: Annotated[
        list[str] | None, typer.Argument(help="Which. All of them are listed without one.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON list.")] = False,
) -> None:
    """Measure, and exit with 1 when a goal does not hold."""
    known = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
    if not names:
        out.print("Benchmarks: " + (", ".join(known) or "none yet"))
        return
    strange = [name for name in names if name not in known]
    if strange:
        raise Failure(
            f"There is no benchmark called {', '.join(strange)}.", f"There are: {', '.join(known) or 'none'}."
        )
    with contextlib.redirect_stdout(sys.stderr):  # what it says is no part of the figures
        build()
    rows: list[Any] = []
    held = True
    for name in names:
        command = [sys.executable, "-m", f"tests.bench.{name}", *(["--json"] if as_json else [])]
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE if as_json else None, text=True, check=False
        )
        held = held and done.returncode == 0
        rows += _rows(name, done.stdout) if as_json else []
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    raise typer.Exit(0 if held else 1)


def _rows(name: str, text: str) -> list[Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Failure(
            f"The benchmark {name} printed no JSON.", "Run it without --json to see why."
        ) from error
    return found if isinstance(found, list) else [found]
