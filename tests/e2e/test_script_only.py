"""An episode whose pages show their servers by script alone plays, after one browser launch."""

import re

import aiohttp
import pytest
from playwright.async_api import Page

from tests.e2e.test_first_play import PLAYED, SCRAPE_MS
from tests.support.running import Running
from wellspring_scraper.adapters.processes import tree

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

LAUNCHES = re.compile(r"^wellspring_browser_launches_total\{[^}]*\} (\d+)", re.MULTILINE)
PROCESSES = re.compile(r"^wellspring_browser_processes (\d+)", re.MULTILINE)


async def measured(running: Running, pattern: re.Pattern[str]) -> float:
    url = f"{running.stack.ops_url('scraper')}/metrics"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return sum(float(found) for found in pattern.findall(await answer.text()))


async def test_an_episode_of_script_only_pages_plays_after_one_launch(page: Page, running: Running) -> None:
    pages = await running.demo.mint("Tin Observatory", 1, scripted=True)
    episode_id = await running.operator.add_episode("Tin Observatory", 1, pages)
    before = await measured(running, LAUNCHES)
    await running.operator.force_scrape(episode_id)
    state = await running.operator.links(episode_id, at_least=9)
    assert {link["server"] for link in state["links"]} == {"pixel", "fsl", "10gbps"}
    assert await measured(running, LAUNCHES) - before == 1
    assert await measured(running, PROCESSES) == 0
    assert tree(running.stack.pids["scraper"]) == []
    await page.goto(f"/watch/{episode_id}")
    await page.wait_for_function(f"() => ({PLAYED})() > 1", timeout=SCRAPE_MS)
    why = "The last scrape needed a browser: plain HTTP saw no servers on it."
    assert await page.get_by_text(why).count() == 1
