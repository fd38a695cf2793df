"""The browser's figures: there while it works, and zero after it."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from prometheus_client import REGISTRY

from wellspring_cli.chromium import ensure_chromium
from wellspring_common import metrics
from wellspring_common.errors import WellspringError
from wellspring_common.fetch.guard import Guard
from wellspring_scraper.adapters.browser import PlaywrightBrowsers


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


def launches(outcome: str) -> float:
    return value("wellspring_browser_launches_total", reason="drift", outcome=outcome)


async def test_a_page_is_open_only_while_it_is_read() -> None:
    found = ensure_chromium()
    if found is None:
        pytest.skip("no Chromium on this machine")
    during: list[tuple[float, float]] = []

    async def answer(_: web.Request) -> web.Response:
        during.append((value("wellspring_browser_pages_open"), value("wellspring_browser_processes")))
        return web.Response(text="<p id=ready>ready</p>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/{rest:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"127.0.0.1:{runner.addresses[0][1]}"
    before = launches("started")
    try:
        browsers = PlaywrightBrowsers(Guard(frozenset({address})), binary=found)
        async with browsers.opened("drift") as browser:
            await browser.render(f"http://{address}/", wait_for="#ready")
            assert launches("started") == before + 1
    finally:
        await runner.cleanup()
    pages, processes = during[0]
    assert pages == 1
    assert processes >= 2
    assert value("wellspring_browser_pages_open") == value("wellspring_browser_processes") == 0


async def test_a_browser_that_does_not_come_up_counts_as_failed(tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    before, started = launches("failed"), launches("started")
    with pytest.raises(WellspringError):
        async with asyncio.timeout(60), PlaywrightBrowsers(Guard(frozenset()), binary=broken).opened("drift"):
            pytest.fail("there is no browser in it")
    assert (launches("failed"), launches("started")) == (before + 1, started)
    assert metrics.BROWSER_PROCESSES._value.get() == 0
