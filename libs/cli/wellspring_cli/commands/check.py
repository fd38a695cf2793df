"""`test`: everything that must hold, or the tests of one path."""

from typing import Annotated

import typer

from ..checks import all_checks, path_check, run_checks
from ..console import out


def check(
    paths: Annotated[list[str] | None, typer.Argument(help="Only these tests, by pytest.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="The long forms too.")] = False,
) -> None:
    """Run lint, types, contracts and every test. Exit code 1 when anything fails."""
    checks = [path_check(paths)] if paths else all_checks(long_forms=everything)
    results = run_checks(checks)
    failed = [result.name for result in results if result.passed is False]
    seconds = sum(result.seconds for result in results)
    if failed:
        out.print(f"[red]failed[/] in {seconds:.0f} s: {', '.join(failed)}", soft_wrap=True)
        raise typer.Exit(1)
    out.print(f"[green]everything holds[/] ({seconds:.0f} s)")
