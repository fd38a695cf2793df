"""Another program in the place of a service, for a while."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from wellspring_cli.stack import Stack

ROOT = Path(__file__).parent.parent.parent


@asynccontextmanager
async def instead(
    stack: Stack, name: str, *, argv: tuple[str, ...] | None = None, env: dict[str, str] | None = None
) -> AsyncGenerator[None]:
    """Run a service by other arguments, or with other variables, and the right one again afterwards."""
    right = stack.supervisor.processes[name].program
    other = replace(right, argv=argv or right.argv, env={**right.env, "PYTHONPATH": str(ROOT), **(env or {})})
    await stack.stop(name)
    stack.supervisor.start(other)
    try:
        await stack.wait_ready(name)
        yield
    finally:
        await stack.stop(name)
        stack.supervisor.start(right)
        await stack.wait_ready(name)
