"""From the library to a film that plays, without a mouse and without knowing any address."""

import pytest
from playwright.async_api import Page, expect

from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

PATIENCE_MS = 60_000
PLAYED = "() => (document.querySelector('video')?.currentTime ?? 0) > 1"
HERE = "() => document.activeElement?.getAttribute('href') ?? document.activeElement?.id ?? ''"
MOST_TABS = 60


async def tab_to(page: Page, wanted: str) -> None:
    """Go on with the tabulator until what leads there, or is called so, has the focus."""
    for _ in range(MOST_TABS):
        if await page.evaluate(HERE) == wanted:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard never came to {wanted}")


async def test_somebody_without_a_mouse_searches_opens_and_plays(page: Page, running: Running) -> None:
    show = "The Keyboard Player"
    pages = await running.demo.mint(show, 1, (480,))
    episode = await running.operator.add_episode(show, 1, pages)
    await running.operator.force_scrape(episode)
    await running.operator.links(episode, 3)
    await page.goto("/")
    await tab_to(page, "q")
    await page.keyboard.type("keyboard play")
    await expect(page.locator(".card-title")).to_have_text([show], timeout=PATIENCE_MS)
    await tab_to(page, "/title/the-keyboard-player")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=show)).to_be_visible()
    await expect(page.get_by_text("servers alive, checked")).to_be_visible()
    await tab_to(page, f"/watch/{episode}")
    await page.keyboard.press("Enter")
    await page.wait_for_function(PLAYED, timeout=PATIENCE_MS)
