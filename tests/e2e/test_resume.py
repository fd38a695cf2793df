"""Going on where somebody stopped: on another device, in this browser, at a moment that an address names."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.watching import PATIENCE_MS, playing, ready, signed_in, time_is
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

_OLDER = """
([here, elsewhere]) => {
  const held = JSON.parse(localStorage.getItem("ws_progress") ?? "{}");
  if (!(held[here]?.p > 10)) return false;
  held[elsewhere] = {p: 60, d: 3600, f: false, at: Date.now() - 86400000};
  localStorage.setItem("ws_progress", JSON.stringify(held));
  return true;
}
"""


async def _stop_late(page: Page) -> None:
    """Stop, and go to nine tenths of the clip: late enough to be kept, too early to be over."""
    await page.keyboard.press("k")
    await page.keyboard.press("9")
    await time_is(page, "> 10.5")


async def test_an_episode_goes_on_where_another_device_stopped(
    page: Page, browser: Browser, running: Running
) -> None:
    episode_id = await ready(running, "Two Devices")
    await signed_in(page, running)
    await playing(page, f"/watch/{episode_id}")
    await _stop_late(page)

    async def kept() -> Any:
        url = f"{running.url}/api/v1/episodes/{episode_id}/progress"
        async with running.operator.session.get(url) as answer:
            return await answer.json()

    told = await eventually(kept, lambda answer: answer.get("position_s", 0) > 10)
    assert told["position_s"] == pytest.approx(10.8, abs=0.4)
    assert (told["finished"], told["duration_s"]) == (False, pytest.approx(12, abs=0.5))

    other = await browser.new_context(base_url=running.url)
    try:
        device = await other.new_page()
        await signed_in(device, running)
        await device.goto(f"/watch/{episode_id}")
        await expect(device.locator("#resumed")).to_contain_text("Resumed at 0:1", timeout=PATIENCE_MS)
        await time_is(device, f">= {told['position_s'] - 0.3}")
        await device.get_by_role("button", name="Start over").click()
        await time_is(device, "< 5")
        await expect(device.locator("#resumed")).to_be_empty()
        await playing(device, f"/watch/{episode_id}?t=3")
        await time_is(device, ">= 3")
        await expect(device.locator("#resumed")).to_be_empty()
    finally:
        await other.close()


async def test_what_a_browser_kept_without_an_account_comes_along_to_whoever_signs_in(
    page: Page, running: Running
) -> None:
    here, elsewhere = [await ready(running, "Before Signing In", number) for number in (1, 2)]
    held = running.operator

    def at(episode_id: int) -> str:
        return f"{running.url}/api/v1/episodes/{episode_id}/progress"

    watched = {"position_s": 200, "duration_s": 3600}
    async with held.session.put(at(elsewhere), json=watched, headers=held.headers) as answer:
        assert answer.status == 200
    await playing(page, f"/watch/{here}")
    await _stop_late(page)
    # an older look at what was watched on another device meanwhile
    await page.wait_for_function(_OLDER, arg=[here, elsewhere], timeout=PATIENCE_MS)
    await signed_in(page, running)
    await page.wait_for_function("() => localStorage.getItem('ws_progress') === '{}'", timeout=PATIENCE_MS)
    async with held.session.get(at(here)) as answer:
        assert (await answer.json())["position_s"] == pytest.approx(10.8, abs=0.4)
    async with held.session.get(at(elsewhere)) as answer:
        assert (await answer.json())["position_s"] == 200
    await page.goto(f"/watch/{here}")
    await expect(page.locator("#resumed")).to_contain_text("Resumed at 0:1", timeout=PATIENCE_MS)


@pytest.mark.long
async def test_without_an_account_this_browser_remembers_and_no_other(
    page: Page, browser: Browser, running: Running
) -> None:
    episode_id = await ready(running, "One Browser")
    await playing(page, f"/watch/{episode_id}")
    await _stop_late(page)
    await page.wait_for_function("() => localStorage.getItem('ws_progress')")
    await page.reload()
    await expect(page.locator("#resumed")).to_contain_text("Resumed at 0:1", timeout=PATIENCE_MS)
    other = await browser.new_context(base_url=running.url)
    try:
        stranger = await other.new_page()
        await playing(stranger, f"/watch/{episode_id}")
        await expect(stranger.locator("#resumed")).to_be_empty()
        await time_is(stranger, "< 9")
    finally:
        await other.close()
