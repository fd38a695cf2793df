"""Watching without a mouse: from the library to a playing picture, and all that keys do there."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.watching import PATIENCE_MS, ready, tab_to, time_is
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

VIDEO = "document.querySelector('video')"


async def test_somebody_without_a_mouse_comes_from_the_library_to_a_playing_picture(
    page: Page, running: Running
) -> None:
    episode_id = await ready(running, "Keys Only")
    await page.goto("/?q=Keys+Only")
    await tab_to(page, "a[href='/title/keys-only']")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/title/keys-only")
    await tab_to(page, f"a[href='/watch/{episode_id}']")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/watch/{episode_id}")
    await time_is(page, "> 0.2")
    await page.keyboard.press("k")
    await page.wait_for_function(f"() => {VIDEO}.paused")
    await page.keyboard.press("5")
    await time_is(page, "> 5.5")
    await page.keyboard.press("m")
    muted = await page.evaluate(f"() => {VIDEO}.muted")
    await page.keyboard.press("m")
    await page.wait_for_function(f"() => {VIDEO}.muted !== {str(muted).lower()}")
    await page.keyboard.press("Shift+>")
    await page.wait_for_function(f"() => {VIDEO}.playbackRate === 1.25")
    await page.keyboard.press("t")
    await expect(page.locator("html")).to_have_attribute("data-theatre", "on")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await page.keyboard.press("t")
    await expect(page.locator("html")).to_have_attribute("data-theatre", "on")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    await page.reload()
    await page.wait_for_function(f"() => {VIDEO}?.playbackRate === 1.25", timeout=PATIENCE_MS)
    await expect(page.locator("html")).to_have_attribute("data-theatre", "on")
