"""A marked intro is skipped by its button and by a key, on a phone as on a desk."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.watching import PATIENCE_MS, playing, ready, time_is
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
INSIDE = """() => {
  const place = (one) => document.querySelector(one).getBoundingClientRect();
  const [stage, card] = [place("#stage"), place(".upnext")];
  const wide = card.left >= stage.left && card.right <= stage.right;
  return wide && card.top >= stage.top && card.bottom <= stage.bottom;
}"""


async def _marked(running: Running, episode_id: int, end_s: float) -> None:
    url = f"{running.url}/api/v1/episodes/{episode_id}/marks"
    body = {"intro": {"start_s": 0, "end_s": end_s}}
    async with running.operator.session.put(url, json=body, headers=running.operator.headers) as answer:
        assert answer.status == 200, await answer.text()


async def test_an_intro_is_skipped_by_its_button_and_by_a_key(page: Page, running: Running) -> None:
    episode_id = await ready(running, "Long Beginnings")
    await _marked(running, episode_id, 8)
    await playing(page, f"/watch/{episode_id}")
    button = page.get_by_role("button", name="Skip the intro")
    await page.keyboard.press("k")
    await button.click()
    await time_is(page, ">= 7.9")
    await expect(button).to_be_hidden()
    await page.keyboard.press("0")
    await expect(button).to_be_visible(timeout=PATIENCE_MS)
    await page.locator("body").press("s")
    await time_is(page, ">= 7.9")


async def test_a_phone_shows_all_of_it_without_scrolling_sideways(browser: Browser, running: Running) -> None:
    first, second = [await ready(running, "In The Hand", number) for number in (1, 2)]
    await _marked(running, first, 6)
    phone = await browser.new_context(
        base_url=running.url, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    try:
        page = await phone.new_page()
        await playing(page, f"/watch/{first}")
        await page.get_by_role("button", name="Skip the intro").tap()
        await time_is(page, ">= 5.9")
        await page.get_by_role("button", name="Statistics").tap()
        await expect(page.locator(".figures")).to_contain_text("480p · ")
        assert await page.evaluate(WIDER) <= 0
        await page.get_by_role("button", name="Statistics").tap()
        await page.evaluate("() => { document.querySelector('video').currentTime = 11 }")
        await expect(page.get_by_role("region", name="Up next")).to_be_visible(timeout=PATIENCE_MS)
        assert await page.evaluate(INSIDE) is True
        await page.get_by_role("link", name="Play now").tap()
        await page.wait_for_url(f"**/watch/{second}")
    finally:
        await phone.close()
