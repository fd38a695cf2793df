"""An operator has links looked at from a page, and everybody is told what was seen of each."""

import re
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.e2e.axe import faults
from tests.e2e.test_first_play import sign_in
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

RUN_MS = 60_000
PER_SERVER = 3
"""Links of each server: one for each quality."""


async def broken_server(running: Running, show: str) -> int:
    """Add an episode whose links on one server are gone after its scrape, and return its id."""
    episode_id = await running.operator.add_episode(show, 1, await running.demo.mint(show, 1))
    await running.operator.force_scrape(episode_id)
    await running.operator.links(episode_id, at_least=3 * PER_SERVER)
    await running.demo.fault(target="fsl", kind="status", status=404)
    return episode_id


@pytest_asyncio.fixture(loop_scope="session")
async def plain(browser: Browser, running: Running) -> AsyncGenerator[Page]:
    """Open a browser profile without script."""
    context = await browser.new_context(base_url=running.url, java_script_enabled=False)
    yield await context.new_page()
    await context.close()


async def test_links_are_looked_at_and_their_page_says_what_was_seen(page: Page, running: Running) -> None:
    episode_id = await broken_server(running, "The Marble Station")
    try:
        await sign_in(page, running)
        await page.get_by_text("Manage").click()
        await page.get_by_role("link", name="Link health").click()
        await page.get_by_label("Title").fill("The Marble Station")
        await page.get_by_label("At most").fill("none")
        await page.get_by_role("button", name="Look now").click()
        await expect(page.locator("#e-limit")).to_contain_text("whole number")
        await expect(page.get_by_label("Title")).to_have_value("The Marble Station")
        assert await faults(page) == {}
        await page.get_by_label("At most").fill("9")
        await page.get_by_role("button", name="Look now").click()
        await page.wait_for_url(re.compile("/admin/probes/[0-9a-f-]{36}$"))
        await page.evaluate("() => { window.sameDocument = true }")
        await expect(page.get_by_text("9 of 9 links looked at")).to_be_visible(timeout=RUN_MS)
        await expect(page.locator(".lede .badge")).to_have_text("Done", timeout=RUN_MS)
        row = page.get_by_role("row")
        await expect(row.filter(has_text="It works.")).to_contain_text(str(2 * PER_SERVER))
        await expect(row.filter(has_text="Its file is gone.")).to_contain_text(str(PER_SERVER))
        await expect(row.filter(has_text="Shaky").get_by_role("cell").last).to_have_text(str(PER_SERVER))
        assert await page.evaluate("() => window.sameDocument") is True
        assert await faults(page) == {}
        await page.get_by_role("main").get_by_role("link", name="Link health").click()
        listed = page.get_by_role("row").filter(has_text="of the-marble-station").first
        await expect(listed).to_contain_text("Done")
        assert await faults(page) == {}

        await page.goto(f"/watch/{episode_id}")
        mark = page.locator("summary.why-mark", has_text="About 1080p · fsl")
        await mark.click()
        told = page.locator("details.why[open] .why-text")
        await expect(told).to_contain_text("Shaky: its file is gone.")
        await expect(told).to_contain_text(re.compile("[Rr]un out|Runs out"))
        assert await faults(page) == {}
        await page.goto("/title/the-marble-station")
        assert await faults(page) == {}
    finally:
        await running.demo.heal()


async def test_without_script_a_run_is_started_and_links_say_why(plain: Page, running: Running) -> None:
    episode_id = await broken_server(running, "The Quiet Foundry")
    try:
        await sign_in(plain, running)
        await plain.goto("/admin/probes?title=the-quiet-foundry&host=fsl")
        await plain.get_by_role("button", name="Look now").click()
        again = plain.get_by_role("link", name="Look how far it is")
        done = plain.get_by_text(f"{PER_SERVER} of {PER_SERVER} links looked at")
        await expect(again.or_(done).first).to_be_visible()
        while not await done.is_visible():
            await plain.reload()
            await expect(again.or_(done).first).to_be_visible(timeout=RUN_MS)
        await expect(plain.get_by_role("row").filter(has_text="Its file is gone.")).to_have_count(1)
        servers = plain.locator(".server-plain")
        gone = servers.filter(has_text="1080p · fsl")

        async def heard() -> str:
            # the page tells what the gateway was told by then, and nothing changes it without script
            await plain.goto(f"/watch/{episode_id}")
            return await gone.inner_text()

        await eventually(heard, lambda text: "shaky" in text)
        await expect(servers).to_have_count(3 * PER_SERVER)
        await expect(gone).to_contain_text("Shaky: its file is gone. First seen so")
        works = servers.filter(has_text="1080p · pixel")
        await expect(works).to_contain_text("Seen working")
        await expect(works.get_by_role("link")).to_have_attribute("href", re.compile("^http"))
    finally:
        await running.demo.heal()
