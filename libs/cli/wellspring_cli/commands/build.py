"""`build`: the front end."""

from typing import Annotated

import typer

from .. import frontend
from ..console import say


def build(
    *, force: Annotated[bool, typer.Option("--force", help="Even when nothing changed.")] = False
) -> None:
    """Install the front end's packages and build it."""
    frontend.build(force=force)
    say("the front end is up to date")
