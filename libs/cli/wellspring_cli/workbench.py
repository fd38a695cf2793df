"""Asks the scraper's workbench: a program of its own, which prints one JSON object."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

from .console import Failure

PROGRAM = "wellspring_scraper"


def ask(verb: str, *arguments: str, environ: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the workbench's answer. Raises `Failure` where it has none."""
    if find_spec(PROGRAM) is None:
        raise Failure(
            "This installation has no scraper to try definitions with.",
            "Run ./wellspring sites in a checkout, or in the scraper's container: "
            "python -m wellspring_scraper.workbench",
        )
    command = [sys.executable, "-m", f"{PROGRAM}.workbench", verb, *arguments]
    done = subprocess.run(
        command, env={**os.environ, **(environ or {})}, stdout=subprocess.PIPE, text=True, check=False
    )
    try:
        found = json.loads(done.stdout)
    except ValueError as error:
        raise Failure(
            f"The workbench ended with exit code {done.returncode} and no answer.", "It says why above."
        ) from error
    if not isinstance(found, dict):
        raise Failure("The workbench gave an answer of another kind.", "")
    return found
