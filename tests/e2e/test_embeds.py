"""Players of other hosts: shown in a closed-off frame when somebody asks, never by themselves."""

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from tests.e2e.watching import PATIENCE_MS, ready, time_is
from tests.support.running import Running
from tests.support.serving import serving

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

PLAYER = """<!doctype html><title>theirs</title><h1>Their own player</h1>
<script>try { top.location = "about:blank" } catch { document.title = "held" }</script>"""

# The demo world's servers have none: the first link of the page becomes one, and nothing tells otherwise.
WITH_EMBED = """
window.EventSource = class extends EventTarget { close() {} };
document.addEventListener("readystatechange", () => {
  const held = document.getElementById("snapshot");
  if (document.readyState !== "interactive" || !held) return;
  const snapshot = JSON.parse(held.textContent);
  Object.assign(snapshot.links[0], { kind: "embed", playable: false, play_url: null, url: "http://HOST/e" });
  held.textContent = JSON.stringify(snapshot);
});
"""


async def _theirs(_: web.Request) -> web.Response:
    return web.Response(text=PLAYER, content_type="text/html")


@pytest.mark.long
async def test_an_embed_of_a_listed_host_is_framed_only_when_asked_for(page: Page, running: Running) -> None:
    episode_id = await ready(running, "Their Own Player")
    app = web.Application()
    app.router.add_get("/e", _theirs)
    async with serving(app) as port:
        host = f"127.0.0.1:{port}"

        await page.add_init_script(WITH_EMBED.replace("HOST", host))
        anchor = page.locator(f"#servers a[href='http://{host}/e']")
        for hosts, framed in (([], 0), ([host], 1)):
            await running.operator.change_settings(embed_hosts=hosts)
            await page.goto(f"/watch/{episode_id}")
            await time_is(page, "> 0.2")
            await expect(page.locator("iframe")).to_have_count(0)
            if framed:
                await anchor.click()
            await expect(page.locator("#stage iframe")).to_have_count(framed)
        frame = page.frame_locator("#stage iframe")
        await expect(frame.get_by_role("heading", name="Their own player")).to_be_visible(timeout=PATIENCE_MS)
        assert page.url.endswith(f"/watch/{episode_id}")
        assert await page.evaluate("() => document.querySelector('video').paused")
        await page.get_by_role("button", name="Back to our player").click()
        await expect(page.locator("#stage iframe")).to_have_count(0)
    await running.operator.change_settings(embed_hosts=[])
