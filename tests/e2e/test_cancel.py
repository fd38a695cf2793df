"""Somebody ends a scrape: the pages that show it say so by themselves, and the next scrape works."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.test_first_play import sign_in
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SLOW_S = 9.0
"""Longer than all of this takes, and less than a page may take."""
SOON_MS = 8000


async def test_a_scrape_is_ended_by_button_and_open_pages_show_it(page: Page, running: Running) -> None:
    pages = await running.demo.mint("The Long Wait", 1, (480,))
    path = "/" + pages[480].split("/", 3)[3]
    await running.demo.fault(target="site", path_prefix=path, kind="slow", delay_s=SLOW_S)
    try:
        episode_id = await running.operator.add_episode("The Long Wait", 1, pages)
        await sign_in(page, running)
        watching = await page.context.new_page()
        await watching.goto(f"/watch/{episode_id}")
        job = (await running.operator.force_scrape(episode_id))["job"]
        await page.goto(f"/admin/jobs/{job['id']}")
        await expect(page.locator(".lede")).to_contain_text("Running", timeout=SOON_MS)
        await page.get_by_role("button", name="Cancel").click()
        await page.wait_for_url("**?cancelling=1")
        await expect(page.locator(".lede")).to_contain_text("Cancelled", timeout=SOON_MS)
        await expect(page.locator(".notice-bad")).to_have_count(0)
        heading = watching.get_by_role("heading", name="The scrape was cancelled")
        await expect(heading).to_be_visible(timeout=SOON_MS)
    finally:
        await running.demo.heal()
    state = await running.operator.state(episode_id)
    assert (state["job"]["state"], state["job"]["error_code"], state["links"]) == ("cancelled", None, [])
    again = await running.operator.force_scrape(episode_id)
    assert (again["http"], again["deduplicated"]) == (202, False)
    await running.operator.links(episode_id, 2)
    await expect(heading).to_have_count(0)


async def test_a_job_that_has_ended_has_no_button(page: Page, running: Running) -> None:
    pages = await running.demo.mint("The Short Wait", 1, (480,))
    episode_id = await running.operator.add_episode("The Short Wait", 1, pages)
    job = (await running.operator.force_scrape(episode_id))["job"]
    await eventually(
        lambda: running.operator.state(episode_id), lambda state: state["job"]["state"] == "succeeded"
    )
    await sign_in(page, running)
    await page.goto(f"/admin/jobs/{job['id']}")
    await expect(page.locator(".lede")).to_contain_text("Done")
    await expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    url = f"{running.url}/api/v1/jobs/{job['id']}/cancel"
    async with running.operator.session.post(url, headers=running.operator.headers) as response:
        assert (response.status, (await response.json())["code"]) == (409, "job_ended")
