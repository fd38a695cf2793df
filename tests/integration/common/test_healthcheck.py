"""The program that a container's health check runs."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest

from wellspring_common.errors import DependencyDown
from wellspring_common.probes import Readiness, start_probes


def ask(port: int) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-I", "-m", "wellspring_common.healthcheck"],
        env={"PATH": os.environ["PATH"], "WELLSPRING_OPS_PORT": str(port)},
        capture_output=True,
        text=True,
        check=False,
    )


async def well() -> None:
    """Be well."""


async def away() -> None:
    raise DependencyDown("Postgres is away")


@pytest.mark.parametrize(("ping", "code"), [(well, 0), (away, 1)])
async def test_the_exit_code_is_whether_the_service_is_ready(
    ping: Callable[[], Awaitable[None]], code: int
) -> None:
    runner = await start_probes(Readiness("health", pings={"postgres": ping}), "127.0.0.1", 0)
    try:
        done = await asyncio.to_thread(ask, runner.addresses[0][1])
    finally:
        await runner.cleanup()
    assert done.returncode == code
    assert ("Postgres is away" in done.stdout) is bool(code)


def test_nobody_there_is_not_ready() -> None:
    done = ask(1)
    assert done.returncode == 1
    assert "no answer on port 1" in done.stdout
