"""Links that run out under a viewer, and what is seen while fresh ones take their place."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Page, expect

from tests.e2e.failing import refresh, scraped
from tests.e2e.pictures import PATIENCE_MS, Seen, playing, seen, watch
from tests.support.running import Running, running_demo

FILM_S = "80"
"""So long that no player has all of it before a link runs out."""
LIFE_S = 24.0
USUAL_LIFE_S = 3600.0
WEIR = "/w/2y84q2MQUMWPbiEcxNX002"
RENEWED = re.compile("got a fresh link before the old one ran out|was about to run out")
"""By a fresh link of the same server, or by another of the quality where that is late."""


@asynccontextmanager
async def long_films() -> AsyncGenerator[Running]:
    """Run a stack of its own, whose films are long."""
    settings = {"WELLSPRING_SCRAPER_HOST_RATE_PER_S": "200", "DEMO_CLIP_SECONDS": FILM_S}
    async with running_demo(settings) as found:
        yield found


async def renewed_stream(page: Page, running: Running, number: int = 1) -> list[Seen]:
    """Return what is seen around the moment at which an HLS stream is renewed."""
    await _change_world(running, stream_life_s=LIFE_S)
    try:
        url = f"{running.stack.demo['peertube']}{WEIR}"
        operator = running.operator
        episode_id = await operator.add_episode("The Weir", number, {720: url}, definition="peertube")
        await operator.force_scrape(episode_id)
        links = (await operator.links(episode_id, at_least=1))["links"]
        stream = next(link for link in links if link["container"] == "hls")
        await watch(page)
        await page.goto(f"/watch/{episode_id}")
        await page.locator(f"#servers [data-link='{stream['id']}']").click()
        await playing(page, beyond=2)
        return await _renewed(page, running, episode_id)
    finally:
        await _change_world(running, stream_life_s=None)


async def renewed_file(page: Page, running: Running, show: str) -> list[Seen]:
    """Return what is seen around the moment at which an mp4 file's link is renewed on its server."""
    await _change_world(running, lifetimes={"10gbps": LIFE_S})
    try:
        episode_id, links = await scraped(running, show)
        lease = next(link for link in links if link["server"] == "10gbps")
        await running.demo.fault(target="10gbps", kind="paced", pace=1.3)
        await watch(page)
        await page.goto(f"/watch/{episode_id}")
        await page.locator(f"#servers [data-link='{lease['id']}']").click()
        await page.wait_for_function("(link) => window.seen.at(-1)?.link === link", arg=lease["id"])
        return await _renewed(page, running, episode_id)
    finally:
        await running.demo.heal()
        await _change_world(running, lifetimes={"10gbps": USUAL_LIFE_S})


async def _renewed(page: Page, running: Running, episode_id: int) -> list[Seen]:
    # a link that dies together with the old one would not be worth the change
    await asyncio.sleep(LIFE_S / 4)
    await running.demo.heal()
    await refresh(running, episode_id)
    await expect(page.locator("#note")).to_have_text(RENEWED, timeout=PATIENCE_MS)
    at = (await seen(page))[-1].at
    await playing(page, beyond=at + 2)
    return [each for each in await seen(page) if at - 3 < each.at < at + 2]


async def _change_world(running: Running, **settings: Any) -> None:
    url = f"{running.stack.demo['control']}/settings"
    async with running.operator.session.post(url, json=settings) as response:
        assert response.status == 200, await response.text()
