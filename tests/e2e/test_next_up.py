"""While somebody watches an episode, the next one is made ready: nobody asked for it yet."""

import asyncpg
import pytest
from playwright.async_api import Page

from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

PLAYED = "() => (document.querySelector('video')?.currentTime ?? 0) > 1"
PATIENCE_S = 60.0


async def test_the_next_episode_has_links_before_anybody_opens_it(page: Page, running: Running) -> None:
    show, episodes = "A Series To Go On With", []
    for number in (1, 2, 3):
        pages = await running.demo.mint(show, number, (480,))
        episodes.append(await running.operator.add_episode(show, number, pages))
    first, second, third = episodes
    await running.operator.force_scrape(first)
    await running.operator.links(first, 3)
    await page.goto(f"/watch/{first}")
    await page.wait_for_function(PLAYED, timeout=PATIENCE_S * 1000)
    await running.operator.links(second, 3, patience_s=PATIENCE_S)
    admin = await asyncpg.connect(running.stack.database_url("admin"))
    try:
        jobs = await admin.fetch(
            "select episode_id, lane, reason, requested_by from links.jobs where episode_id = any($1)",
            [second, third],
        )
    finally:
        await admin.close()
    assert [tuple(job) for job in jobs] == [(second, "background", "next_up", "refresher")]
