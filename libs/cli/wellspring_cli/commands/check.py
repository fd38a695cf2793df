"""`test`: everything that must hold, the tests of one path, or the long storms."""

import os
import secrets
from typing import Annotated

import typer

from ..checks import CHAOS_SEED, Check, all_checks, chaos_check, path_check, run_checks
from ..console import out


def check(
    paths: Annotated[list[str] | None, typer.Argument(help="Only these tests, by pytest.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="The long forms too.")] = False,
    chaos: Annotated[
        bool, typer.Option("--chaos", help="Only the chaos suite, with its long forms. Half an hour.")
    ] = False,
) -> None:
    """Run lint, types, contracts and every test. Exit code 1 when anything fails."""
    results = run_checks(_checks(paths, everything=everything, chaos=chaos))
    failed = [result.name for result in results if result.passed is False]
    seconds = sum(result.seconds for result in results)
    if failed:
        out.print(f"[red]failed[/] in {seconds:.0f} s: {', '.join(failed)}", soft_wrap=True)
        raise typer.Exit(1)
    out.print(f"[green]everything holds[/] ({seconds:.0f} s)")


def _checks(paths: list[str] | None, *, everything: bool, chaos: bool) -> list[Check]:
    if paths:
        return [path_check(paths)]
    if chaos:
        seed = int(os.environ.get(CHAOS_SEED) or secrets.randbelow(1_000_000))
        out.print(f"{CHAOS_SEED}={seed} ./wellspring test --chaos  [dim]kills like this run[/]")
        return [chaos_check(seed)]
    return all_checks(long_forms=everything)
