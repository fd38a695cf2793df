"""What tests of the scraper share: a browser that leaves nothing, and the demo's free libraries."""

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.integration.scraper.browsing import Site, of_a_browser, served
from tests.integration.scraper.libraries import Libraries, libraries
from wellspring_cli.chromium import ensure_chromium
from wellspring_common import metrics
from wellspring_scraper.adapters import browser


@pytest.fixture(autouse=True)
def time_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a browser as long to start as a machine needs that does much else: no test is about how long."""
    monkeypatch.setattr(browser, "START_S", 60.0)


@pytest.fixture
async def nothing_stays() -> AsyncGenerator[None]:
    """Skip without a browser, and find no process and no folder afterwards."""
    found = ensure_chromium()
    if found is None:
        pytest.skip("no Chromium on this machine")
    before, own = of_a_browser(), f"wellspring-browser-{os.getpid()}-"
    yield
    assert of_a_browser() - before == set()
    assert [
        one for one in await asyncio.to_thread(os.listdir, tempfile.gettempdir()) if one.startswith(own)
    ] == []
    assert metrics.BROWSER_PROCESSES._value.get() == 0


@pytest.fixture
async def site() -> AsyncGenerator[Site]:
    async with served() as running:
        yield running


@pytest.fixture
async def forbidden() -> AsyncGenerator[Site]:
    async with served() as running:
        yield running


@pytest.fixture
async def shelf(tmp_path: Path, media_dir: Path) -> AsyncGenerator[Libraries]:
    async with libraries(tmp_path / "world", media_dir) as found:
        yield found
