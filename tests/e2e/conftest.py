"""One stack and one browser for all stories."""

import os
from collections.abc import AsyncGenerator, Generator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.support.preview import running_preview
from tests.support.running import Running, running_demo
from wellspring_cli.chromium import ensure_chromium

# What comes after five seconds is right too, where several stacks and browsers share two cores.
expect.set_options(timeout=20_000)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running() -> AsyncGenerator[Running]:
    """Run the whole stack with the demo world."""
    settings = {
        "WELLSPRING_SCRAPER_HOST_RATE_PER_S": "200",  # hundreds of pages would else take their two a second
        "WELLSPRING_UPLOADER_DAILYMOTION_INTERVAL_S": "2",
    }
    async with running_demo(settings) as found:
        yield found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """Run a Chromium without a screen."""
    found = ensure_chromium()
    if found is None:
        pytest.skip("no Chromium on this machine")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(found), args=arguments)
        yield chromium
        await chromium.close()


@pytest.fixture(scope="module")
def preview() -> Generator[str]:
    """Serve the templates with made-up data."""
    with running_preview() as url:
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, running: Running) -> AsyncGenerator[Page]:
    """Open a fresh browser profile at the gateway. A page error or a CSP violation fails the story."""
    context = await browser.new_context(base_url=running.url, viewport={"width": 1280, "height": 800})
    opened = await context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on(
        "console",
        lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield opened
    await context.close()
    assert wrong == []
