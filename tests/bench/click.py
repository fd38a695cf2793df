"""From the click on Force scrape to the buttons on the page, over hops of 50 ms, against the bare hops.

The floor is the slowest chain of requests that a scrape of this page shape cannot do without, walked by a
plain client in the same run: permanent page, generated page, the 10gbps server's gate, one look at the file.
Run by `./wellspring bench click`.
"""

import asyncio
import contextlib
import os
import statistics
import sys
import time

import aiohttp
from playwright.async_api import Page, async_playwright
from yarl import URL

from tests.integration.demo.visitor import buttons, token_url
from tests.support.running import Running, running_demo
from wellspring_cli.chromium import ensure_chromium

from ._table import Row, report

HOP_S = 0.05
ROUNDS = 7
REST_S = 6.0
"""So long until the hosts' pace allows a whole burst again."""
GOAL_MS = 200.0
QUALITIES = (480, 720, 1080)

CLICK = """
(count) => new Promise((resolve) => {
  const servers = document.querySelector("#servers");
  const seen = () => servers.querySelectorAll("[data-link]").length >= count;
  const observer = new MutationObserver(() => {
    if (seen()) { observer.disconnect(); resolve(performance.now() - began); }
  });
  observer.observe(document.body, { subtree: true, childList: true });
  const began = performance.now();
  document.querySelector("[data-action=scrape]").click();
})
"""


async def floor_ms(session: aiohttp.ClientSession, permanent: str) -> float:
    """Return the time of the slowest chain of hops, in milliseconds."""
    began = time.perf_counter()
    first = await _text(session, permanent)
    second = await _text(session, token_url(first))
    url = URL(buttons(second)["10gbps"], encoded=True)
    while "link=" not in str(url):
        async with session.get(url, allow_redirects=False) as response:
            url = url.join(URL(response.headers["Location"], encoded=True))
    async with session.get(
        URL(url.query["link"], encoded=True), headers={"Range": "bytes=0-511"}
    ) as response:
        await response.read()
    return (time.perf_counter() - began) * 1000


async def _text(session: aiohttp.ClientSession, url: str) -> str:
    async with session.get(URL(url, encoded=True)) as response:
        return await response.text()


async def click_ms(page: Page, running: Running, show: str) -> float:
    """Return the time from the click to nine buttons, in milliseconds."""
    pages = await running.demo.mint(show, 1, QUALITIES)
    episode_id = await running.operator.add_episode(show, 1, pages)
    await page.goto(f"{running.url}/watch/{episode_id}")
    await page.wait_for_selector("[data-action=scrape]")
    taken: float = await page.evaluate(CLICK, 3 * len(QUALITIES))
    return taken


async def measure(chromium: str, ours: list[float], floors: list[float]) -> None:
    """Take both times in turn, so often that a median means something."""
    async with running_demo() as running, async_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        page = await browser.new_page()
        await click_ms(page, running, "Warm Up")  # the demo makes its videos once
        for target in ("site", "generator", "pixel", "fsl", "10gbps"):
            await running.demo.fault(target=target, kind="slow", delay_s=HOP_S)
        async with aiohttp.ClientSession() as session:
            for number in range(ROUNDS):
                await asyncio.sleep(REST_S)
                ours.append(await click_ms(page, running, f"Round {number}"))
                bare = await running.demo.mint(f"Floor {number}", 1, (1080,))
                floors.append(await floor_ms(session, bare[1080]))
        await browser.close()


async def main() -> None:
    """Measure and print."""
    chromium = ensure_chromium()
    if chromium is None:
        raise SystemExit("This benchmark needs Chromium.")
    ours: list[float] = []
    floors: list[float] = []
    with contextlib.redirect_stdout(sys.stderr):  # what the stack says is no part of the figures
        await measure(str(chromium), ours, floors)
    took, floor = statistics.median(ours), statistics.median(floors)
    report(
        "Click on Force scrape to nine buttons, 50 ms a hop",
        [
            Row(
                f"click to buttons, median of {ROUNDS}",
                f"{took:.0f} ms ({min(ours):.0f} to {max(ours):.0f})",
                f"bare hops {floor:.0f} ms",
                f"{took / floor:.2f}",
                f"floor + {GOAL_MS:.0f} ms",
                took <= floor + GOAL_MS,
            )
        ],
    )


if __name__ == "__main__":
    asyncio.run(main())
