"""How the command line speaks: one console, and failures that say what to do."""

import logging

from rich.console import Console
from rich.markup import escape

out = Console(highlight=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)


class Failure(Exception):
    """An expected failure: what happened, what to do, and the exit code."""

    def __init__(self, what: str, todo: str = "", *, exit_code: int = 1) -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo
        self.exit_code = exit_code


def say(text: str) -> None:
    """Print one line of progress. The text may hold rich markup."""
    out.print(f"[dim]·[/] {text}", soft_wrap=True)


def warn(text: str) -> None:
    """Print one line that the operator should read, without stopping."""
    out.print(f"[yellow]![/] {text}", soft_wrap=True)


def hush_libraries() -> None:
    """Keep structured logs of shared code out of the terminal: a verb speaks for itself."""
    import structlog  # noqa: PLC0415  (slow to import)

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def explain(failure: Failure) -> None:
    """Print a failure: first what happened, then what to do."""
    err.print(f"[bold red]✗[/] {escape(failure.what)}", soft_wrap=True)
    if failure.todo:
        err.print(f"  [bold]→[/] {escape(failure.todo)}", soft_wrap=True)
