"""Films that a browser could not get by itself: HLS from a host that lets no other origin read it."""

import pytest
from playwright.async_api import Page, Request

from tests.e2e.test_first_play import PLAYED, SCRAPE_MS
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

VIDEO = "/w/2y84q2MQUMWPbiEcxNX002"
"""One that the demo's video platform has as HLS only."""


async def test_hls_from_a_host_without_cors_plays_through_our_own_origin(
    page: Page, running: Running
) -> None:
    host = running.stack.demo["peertube"]
    pages = {720: f"{host}{VIDEO}"}
    episode_id = await running.operator.add_episode("The Weir in August", 1, pages, definition="peertube")
    await running.operator.force_scrape(episode_id)
    state = await running.operator.links(episode_id, at_least=1)
    stream = next(link for link in state["links"] if link["container"] == "hls")
    assert (stream["playable"], stream["via"]) == (True, "relay")
    async with running.operator.session.get(stream["url"]) as response:
        assert "Access-Control-Allow-Origin" not in response.headers

    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.startswith("http"):
            asked.append(request.url)

    page.on("request", note)
    await page.goto(f"/watch/{episode_id}")
    await page.locator(f"#servers [data-link='{stream['id']}']").click()
    await page.wait_for_function("() => document.querySelector('video')?.videoWidth > 0", timeout=SCRAPE_MS)
    before = await page.evaluate(PLAYED)
    await page.wait_for_function(f"() => ({PLAYED})() > {before + 1}", timeout=SCRAPE_MS)
    pressed = page.locator("#servers [aria-pressed=true]")
    assert await pressed.get_attribute("data-link") == str(stream["id"])
    relayed = [url for url in asked if "/relay/" in url or "/part/" in url]
    assert any(url.endswith("/play.m3u8") for url in relayed)
    assert sum(url.endswith("/part.mp4") for url in relayed) >= 1
    assert not [url for url in asked[asked.index(relayed[0]) :] if url.startswith(host)]
