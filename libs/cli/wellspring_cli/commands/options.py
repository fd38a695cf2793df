"""Options that several verbs share."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ..places import DataDir, default_data_dir

DataDirOption = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Where this installation keeps its files.", show_default=False),
]
DemoOption = Annotated[bool, typer.Option("--demo", help="The demo installation instead of the real one.")]


def data_dir_of(named: Path | None, *, demo: bool) -> DataDir:
    """Return the data directory that the options mean."""
    if named:
        return DataDir(named.expanduser().absolute())
    return default_data_dir(os.environ, demo=demo)
