"""What comes after the end: the next episode, by itself where somebody wants that, and on the same server."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.watching import PATIENCE_MS, playing, ready, time_is
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

PRESSED = "#servers [aria-pressed=true]"


async def test_the_next_episode_begins_by_itself_on_the_same_server(page: Page, running: Running) -> None:
    first, second = [await ready(running, "One After Another", number) for number in (1, 2)]
    await playing(page, f"/watch/{first}")
    await page.locator("#servers").get_by_text("480p · 10gbps", exact=True).click()
    await expect(page.locator(PRESSED)).to_contain_text("10gbps")
    await time_is(page, "> 0.2")
    await page.keyboard.press("9")
    card = page.get_by_role("region", name="Up next")
    await expect(card).to_contain_text("S1 E2", timeout=PATIENCE_MS)
    await expect(card).to_contain_text("Up next in")
    await page.wait_for_url(f"**/watch/{second}", timeout=PATIENCE_MS)
    await time_is(page, "> 0.2")
    await expect(page.locator(PRESSED)).to_contain_text("480p · 10gbps")


@pytest.mark.long
async def test_a_cancelled_card_stays_away_and_a_series_stops_at_its_end(
    page: Page, running: Running
) -> None:
    first, last = [await ready(running, "It Ends Here", number) for number in (1, 2)]
    card = page.get_by_role("region", name="Up next")
    await playing(page, f"/watch/{first}")
    await page.keyboard.press("9")
    await expect(card).to_be_visible(timeout=PATIENCE_MS)
    await page.keyboard.press("Escape")
    await expect(card).to_be_hidden()
    await page.wait_for_function("() => document.querySelector('video').ended", timeout=PATIENCE_MS)
    await expect(card).to_be_hidden()
    await page.get_by_label("Go on by itself").uncheck()
    await page.keyboard.press("0")
    await page.keyboard.press("k")
    await time_is(page, "< 5")
    await page.keyboard.press("9")
    await expect(card).to_be_visible(timeout=PATIENCE_MS)
    await expect(card).not_to_contain_text("in ")
    await card.get_by_role("link", name="Play now").click()
    await page.wait_for_url(f"**/watch/{last}")
    await time_is(page, "> 0.2")
    await page.keyboard.press("9")
    await page.wait_for_function("() => document.querySelector('video').ended", timeout=PATIENCE_MS)
    await expect(card).to_be_hidden()
