"""`seed`: fills a library with the demo's titles, where the demo and the gateway run in containers."""

import asyncio
import os
import signal
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from ..console import Failure, say
from ..keys import given_secrets
from ..seeding import seed_library

SEEDED = Path(tempfile.gettempdir()) / "seeded"
"""Exists once the library is filled: what a container's health check looks at."""


def seed(
    *,
    url: Annotated[str, typer.Option("--url", help="The gateway.")],
    control: Annotated[str, typer.Option("--control", help="The demo world's control address.")],
    catalogue: Annotated[
        list[str] | None, typer.Option("--catalogue", help="Addresses of the demo world's anime catalogue.")
    ] = None,
    user: Annotated[str, typer.Option("--user", envvar="WELLSPRING_ADMIN_USER")] = "admin",
    stay: Annotated[
        bool, typer.Option("--stay", help="Stay until SIGTERM, as a container that is waited for must.")
    ] = False,
) -> None:
    """Add the demo's titles and scrape some of them. Safe to repeat."""
    asyncio.run(_seed(url, control, user, catalogue or [], stay=stay))


async def _seed(url: str, control: str, user: str, catalogue: list[str], *, stay: bool) -> None:
    done = await seed_library(url, user, _password(), control, catalogue=catalogue)
    say(f"demo library: {done.titles} titles, {done.added} episodes added, {done.known} there before")
    if stay:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        SEEDED.touch()
        await stop.wait()


def _password() -> str:
    file = os.environ.get("WELLSPRING_ADMIN_PASSWORD_FILE")
    if not file:
        raise Failure(
            "The password of the user is not given.", "Set WELLSPRING_ADMIN_PASSWORD_FILE to a file with it."
        )
    path = Path(file)
    return given_secrets(path.parent, {"password": path.name})["password"]
