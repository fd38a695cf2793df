"""A whole stack with its demo world and an operator, for tests that drive it from outside."""

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.support.demo import DemoWorld
from tests.support.gateway import Operator
from wellspring_cli.stack import Stack, running_stack

DEMO_USER = "demo"
CLIP_SECONDS = "12"
"""Long enough to watch a clock move, short enough to be made in no time."""


@dataclass(frozen=True)
class Running:
    """Everything a story needs."""

    stack: Stack
    demo: DemoWorld
    operator: Operator

    @property
    def url(self) -> str:
        """Return the gateway's address."""
        return self.stack.url


@asynccontextmanager
async def running_demo(settings: Mapping[str, str] | None = None, **changes: Any) -> AsyncGenerator[Running]:
    """Run the stack with the demo world, without its seeded library unless asked for.

    `settings` are variables of the services, `changes` are fields of the launcher's plan.
    """
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("WELLSPRING_") or name == "WELLSPRING_CHROMIUM"
    }
    environ |= {"DEMO_CLIP_SECONDS": CLIP_SECONDS, **(settings or {})}
    changes = {"demo": True, "seed": False, "environ": environ, **changes}
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address without a name
    async with (
        running_stack(**changes) as stack,
        aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=15)) as session,
    ):
        operator = Operator(session, stack.url)
        await operator.sign_in(DEMO_USER, stack.admin_password)
        yield Running(stack, DemoWorld(session, stack.demo["control"]), operator)
