"""An operator finds what could not be handled, removes the cause, and tries it again."""

import asyncpg
import pytest
from playwright.async_api import Page, expect

from tests.e2e.test_first_play import sign_in
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SOON_MS = 10_000
_BREAK = "alter table links.source_scrapes add constraint broken check (source_id not in ({})) not valid"
_MEND = "alter table links.source_scrapes drop constraint if exists broken"
_LETTER = """
select id from links.dead_letters where convert_from(payload, 'utf8')::jsonb ->> 'episode_id' = $1
"""


async def test_a_scrape_that_could_not_be_stored_is_stored_when_its_letter_is_tried_again(
    page: Page, running: Running
) -> None:
    pages = await running.demo.mint("The Late Post", 1, (480,))
    episode_id = await running.operator.add_episode("The Late Post", 1, pages)
    sql = await asyncpg.connect(running.stack.servers.admin_database_url)
    try:
        broken = await sql.fetchval("select id from catalog.sources where episode_id = $1", episode_id)
        await sql.execute(_BREAK.format(int(broken)))
        await running.operator.force_scrape(episode_id)
        await sign_in(page, running)
        number = await eventually(lambda: sql.fetchval(_LETTER, str(episode_id)), bool)
        await page.get_by_text("Manage").click()
        await page.get_by_role("link", name="Dead letters").click()
        letter = page.locator(f'a[href="/admin/dead/links/{number}"]')
        await expect(letter).to_have_text("links.scraped → refresher")
        await letter.click()
        await expect(page.locator(".notice-bad")).to_contain_text("violates check constraint")
        assert (await running.operator.state(episode_id))["links"] == []
        await sql.execute(_MEND)
        await page.get_by_role("button", name="Try it again").click()
        await expect(page.locator(".letter-now")).to_contain_text("Handled", timeout=SOON_MS)
        await expect(page.get_by_role("button", name="Try it again")).to_have_count(0)
    finally:
        await sql.execute(_MEND)
        await sql.close()
    await running.operator.links(episode_id, 2)
    assert (await running.operator.state(episode_id))["job"]["state"] == "succeeded"
