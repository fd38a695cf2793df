"""Everything but Postgres in one container of 512 MB, with a browser at work."""

import asyncio
from collections.abc import AsyncGenerator, Generator

import aiohttp
import pytest
import pytest_asyncio

from tests.support.demo import DemoWorld
from tests.support.gateway import Operator

from .cgroup import MIB, Watch
from .small import Small, running_small, wait_until_healthy
from .stack import ComposeStack

LIMIT = 512 * MIB
in_one_loop = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def small(stack: ComposeStack, images: dict[str, str]) -> Generator[Small]:
    """Run the container beside the composed stack."""
    with running_small(stack, images["all-in-one"]) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def there(small: Small, stack: ComposeStack) -> AsyncGenerator[Operator]:
    """Sign in at the small one, with cookies of its own."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=30)) as session:
        operator = Operator(session, small.url)
        await operator.sign_in("admin", stack.admin_password)
        yield operator


@in_one_loop
async def test_a_script_only_episode_is_scraped_within_the_memory_of_the_host(
    small: Small, there: Operator, demo: DemoWorld
) -> None:
    with Watch(small.group):
        pages = await demo.mint("Small Observatory", 1, scripted=True)
        episode_id = await there.add_episode("Small Observatory", 1, pages)
        await there.force_scrape(episode_id)
        state = await there.links(episode_id, at_least=9)
    assert {link["server"] for link in state["links"]} == {"pixel", "fsl", "10gbps"}
    assert small.group.peak < LIMIT
    assert small.group.kills == 0
    await asyncio.to_thread(wait_until_healthy, small.engine, small.name)


def test_it_stops_cleanly_and_comes_back_with_its_library(small: Small) -> None:
    small.engine.run("stop", "--time", "30", small.name)
    assert small.engine.inspect(small.name, "{{.State.ExitCode}}") == "0"
    small.engine.run("start", small.name)
    wait_until_healthy(small.engine, small.name)
