"""From one episode to the next without leaving full screen, and back by the browser's own button."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.axe import faults
from tests.e2e.watching import PATIENCE_MS, playing, ready, signed_in, time_is
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

FULL = "() => document.fullscreenElement?.matches('.video-js') ?? false"
SHOWN = "() => [...document.querySelectorAll('video')].map((video) => video.currentSrc)"


async def _kept(running: Running, episode_id: int) -> Any:
    async with running.operator.session.get(f"{running.url}/api/v1/episodes/{episode_id}/progress") as answer:
        return await answer.json()


async def test_full_screen_outlasts_an_episode_and_back_leads_to_the_one_before(
    page: Page, running: Running
) -> None:
    first, second = [await ready(running, "In One Evening", number) for number in (1, 2)]
    await signed_in(page, running)
    await playing(page, f"/watch/{first}")
    await page.evaluate("() => { window.sameDocument = true; }")
    await page.keyboard.press("f")
    await page.wait_for_function(FULL)
    await page.keyboard.press("k")
    await page.keyboard.press("9")
    await time_is(page, "> 10.5")
    before = await page.evaluate(SHOWN)

    await page.keyboard.press("n")
    await page.wait_for_url(f"**/watch/{second}")
    await page.wait_for_function(
        f"(before) => JSON.stringify(({SHOWN})()) !== JSON.stringify(before)", arg=before
    )
    await time_is(page, "> 0.2")
    assert await page.evaluate(FULL)
    assert await page.evaluate("() => window.sameDocument")
    await expect(page).to_have_title("In One Evening · Episode 2 · Wellspring")
    await expect(page.locator("#announcer")).to_have_text("In One Evening · Episode 2 · Wellspring")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Episode 2")
    await expect(page.locator("#servers [data-link]")).to_have_count(3)
    await expect(page.locator("#room").get_by_label("Speed")).to_have_count(1)
    told = await eventually(lambda: _kept(running, first), lambda answer: answer.get("position_s", 0) > 10)
    assert told["finished"] is False

    await page.keyboard.press("k")
    await page.keyboard.press("9")
    await time_is(page, "> 10.5")
    await page.go_back()
    await page.wait_for_url(f"**/watch/{first}")
    await expect(page.locator("#resumed")).to_contain_text("Resumed at 0:1", timeout=PATIENCE_MS)
    await time_is(page, "> 10.5")
    assert await page.evaluate(FULL)
    assert await page.evaluate("() => window.sameDocument")
    await eventually(lambda: _kept(running, second), lambda answer: answer.get("position_s", 0) > 10)
    await page.keyboard.press("f")
    await page.wait_for_function("() => document.fullscreenElement === null")
    assert await faults(page) == {}


async def test_full_screen_shows_what_is_done_for_an_episode_without_links(
    page: Page, running: Running
) -> None:
    first = await ready(running, "Not Yet Found")
    pages = await running.demo.mint("Not Yet Found", 2, (480,))
    for target in ("site", "generator"):
        await running.demo.fault(target=target, kind="slow", delay_s=1.5)
    try:
        second = await running.operator.add_episode("Not Yet Found", 2, pages)
        await playing(page, f"/watch/{first}")
        await page.keyboard.press("f")
        await page.wait_for_function(FULL)
        await page.keyboard.press("n")
        await page.wait_for_url(f"**/watch/{second}")
        panel = page.locator(".video-js > #stage-panel")
        await expect(panel.get_by_role("heading")).to_be_visible(timeout=PATIENCE_MS)
        assert await page.evaluate(FULL)
    finally:
        await running.demo.heal()
    await time_is(page, "> 0.2")
    await expect(page.locator("#stage-panel")).to_be_empty()
    assert await page.evaluate(FULL)


async def test_the_way_to_the_next_episode_keeps_the_focus_of_whoever_takes_it(
    page: Page, running: Running
) -> None:
    first, second, third = [await ready(running, "Step By Step", number) for number in (1, 2, 3)]
    await playing(page, f"/watch/{first}")
    onward = page.locator(".watch-nav a[rel=next]")
    await onward.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/watch/{second}")
    await expect(onward).to_be_focused()
    await expect(onward).to_have_attribute("href", f"/watch/{third}")
    # what a click with a key says is the browser's to do
    async with page.context.expect_page() as opened:
        await onward.click(modifiers=["Control"])
    other = await opened.value
    await other.wait_for_url(f"**/watch/{third}")
    assert page.url.endswith(f"/watch/{second}")
