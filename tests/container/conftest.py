"""One engine, its images and one composed stack for all container tests. A machine without skips by name."""

from collections.abc import AsyncGenerator, Generator

import aiohttp
import pytest
import pytest_asyncio

from tests.support.demo import DemoWorld
from tests.support.gateway import Operator

from .engine import Engine, NoEngineError, start_engine
from .images import OURS, build, prepare_base, prepare_servers
from .stack import ComposeStack, laid_out, started


@pytest.fixture(scope="session")
def engine() -> Generator[Engine]:
    """Run a Docker engine with the base image."""
    try:
        found = start_engine()
    except NoEngineError as error:
        pytest.skip(str(error))
    try:
        prepare_base(found)
        yield found
    finally:
        found.stop()


@pytest.fixture(scope="session")
def images(engine: Engine) -> dict[str, str]:
    """Build every image of ours, and return their names."""
    prepare_servers(engine)
    return {name: build(engine, name) for name in OURS}


@pytest.fixture(scope="session")
def stack(
    engine: Engine, images: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Generator[ComposeStack]:
    """Run the compose file with the demo, started by the commands in its header."""
    assert images
    found = laid_out(engine, tmp_path_factory.mktemp("compose"))
    try:
        started(found)
        yield found
    finally:
        found.compose("--profile", "*", "down", "--volumes", "--timeout", "5", check=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def http() -> AsyncGenerator[aiohttp.ClientSession]:
    """Hold a client for the stack's published ports."""
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address without a name
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=30)) as session:
        yield session


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def operator(stack: ComposeStack, http: aiohttp.ClientSession) -> Operator:
    """Sign in as the header says."""
    found = Operator(http, stack.url)
    await found.sign_in("admin", stack.admin_password)
    return found


@pytest.fixture(scope="session")
def demo(stack: ComposeStack, http: aiohttp.ClientSession) -> DemoWorld:
    """Steer the demo world. Its control port is not published, so it is reached at its container."""
    port = stack.engine.forward(9300, target=stack.address("demo"))
    return DemoWorld(http, f"http://127.0.0.1:{port}")
