"""Real services that stand still, and links of theirs that fall silent, under load."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import pytest

from tests.chaos.claim import WELL
from tests.chaos.instead import instead
from tests.chaos.load import Load, Pace
from tests.chaos.weather import weathered
from tests.support.gateway import eventually
from tests.support.half_open import HalfOpen, half_open
from tests.support.running import Running
from wellspring_cli.stack import Stack

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

SLEEPERS = ("scraper", "refresher", "health", "uploader")
STILL_S = 25.0
"""Longer than any consumer waits for an acknowledgement while a load of this kind runs."""
GATEWAY_STILL_S = 4.0
LINKED = ("gateway", "scraper", "refresher", "health")
SILENT_S = 3.0
NOTICED_S = 15.0
SLACK_S = 8.0
"""What a loaded machine takes to do something with a link that was made anew."""

Tell = Callable[[object], None]


def signalled(stack: Stack, names: tuple[str, ...], number: signal.Signals) -> None:
    """Send a signal to processes of a stack."""
    for name in names:
        os.kill(stack.pids[name], number)


async def test_services_that_stand_still_for_longer_than_their_time_do_no_harm(
    running: Running, tell: Tell
) -> None:
    load, stack = Load(running, "Standing Still", random.Random(13), Pace(wish_s=0.5)), running.stack

    async def still() -> int:
        await asyncio.sleep(4)
        signalled(stack, SLEEPERS, signal.SIGSTOP)
        await asyncio.sleep(STILL_S)
        signalled(stack, SLEEPERS, signal.SIGCONT)
        await asyncio.sleep(2)
        signalled(stack, ("gateway",), signal.SIGSTOP)
        await asyncio.sleep(GATEWAY_STILL_S)
        signalled(stack, ("gateway",), signal.SIGCONT)
        await asyncio.sleep(3)
        return 0

    # a scrape that stood still for longer than it may take has timed out, and says so once
    claim = await weathered(load, still, tell, well=WELL | {"failed"})
    assert claim.redelivered > 0, "what they had in hand was brought once more"


@asynccontextmanager
async def through_proxies(stack: Stack) -> AsyncGenerator[list[HalfOpen]]:
    """Let services reach their servers by way of proxies."""
    async with AsyncExitStack() as held:
        urls: dict[str, Callable[[str], str]] = {
            "WELLSPRING_NATS_URL": stack.nats_url,
            "WELLSPRING_DATABASE_URL": stack.database_url,
        }
        proxies: dict[str, HalfOpen] = {}
        for variable, url in urls.items():
            port = urlsplit(url("gateway")).port
            assert port is not None
            proxies[variable] = await held.enter_async_context(half_open(port))
        for name in LINKED:
            env = dict(stack.supervisor.processes[name].program.env)
            through = {
                variable: env[variable].replace(f":{proxy.target_port}", f":{proxy.port}")
                for variable, proxy in proxies.items()
                if variable in env
            }
            await held.enter_async_context(instead(stack, name, env=through))
        yield list(proxies.values())


async def test_links_that_fall_silent_under_every_service_are_made_anew(running: Running, tell: Tell) -> None:
    load = Load(running, "Half Open", random.Random(17), Pace(wish_s=0.5))
    took: list[float] = []

    async with through_proxies(running.stack) as proxies:

        async def silent() -> int:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(4)
            for proxy in proxies:
                proxy.pause()
            began, before = loop.time(), load.accepted
            await asyncio.sleep(SILENT_S)
            for proxy in proxies:
                proxy.resume()
            # what lost something stays silent for ever: only who notices goes on
            await eventually(lambda: asyncio.sleep(0, load.accepted), lambda seen: seen >= before + 5)
            took.append(loop.time() - began)
            await asyncio.sleep(3)
            return 0

        await weathered(load, silent, tell)
    assert all(proxy.lost > 0 for proxy in proxies)
    assert took[0] <= NOTICED_S + SLACK_S
