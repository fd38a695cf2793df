"""`test`: everything that must hold, the tests of one path, or the long storms."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from ..checks import (
    CHAOS_KILLS,
    CHAOS_SEED,
    Check,
    all_checks,
    chaos_check,
    path_check,
    run_checks,
    screenshots_check,
)
from ..console import out

KILLS = 200
GALLERY = Path("screenshots")


def check(
    paths: Annotated[list[str] | None, typer.Argument(help="Only these tests, by pytest.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="The long forms too.")] = False,
    screenshots: Annotated[
        bool,
        typer.Option(
            "--screenshots",
            help="No test: pictures of every page and state, 360, 768 and 1440 px wide, light and dark.",
        ),
    ] = False,
    into: Annotated[Path, typer.Option(help="Where --screenshots puts them, with an index.html.")] = GALLERY,
    chaos: Annotated[
        bool, typer.Option("--chaos", help="Only the chaos suite, with its long forms. Most of an hour.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(envvar=CHAOS_SEED, help="What the kills of --chaos follow from.")
    ] = None,
    kills: Annotated[
        int, typer.Option(envvar=CHAOS_KILLS, min=1, help="How many the long storm of --chaos kills.")
    ] = KILLS,
) -> None:
    """Run lint, types, contracts and every test. Exit code 1 when anything fails."""
    if screenshots:
        chosen = [screenshots_check(into)]
    elif chaos:
        chosen = _chaos(seed, kills)
    else:
        chosen = _checks(paths, everything=everything)
    results = run_checks(chosen)
    failed = [result.name for result in results if result.passed is False]
    seconds = sum(result.seconds for result in results)
    if failed:
        out.print(f"[red]failed[/] in {seconds:.0f} s: {', '.join(failed)}", soft_wrap=True)
        raise typer.Exit(1)
    out.print(f"[green]everything holds[/] ({seconds:.0f} s)")


def _checks(paths: list[str] | None, *, everything: bool) -> list[Check]:
    return [path_check(paths)] if paths else all_checks(long_forms=everything)


def _chaos(seed: int | None, kills: int) -> list[Check]:
    chosen = secrets.randbelow(1_000_000) if seed is None else seed
    out.print(f"./wellspring test --chaos --seed {chosen} --kills {kills}  [dim]kills like this run[/]")
    return [chaos_check(chosen, kills)]
