"""What a narrow screen asks of pages: nothing goes over the edge, and the operator's many places fit in."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.support.shown import MAIN, SHOWN

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

WIDTH = 360
OVER_THE_EDGE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPERATORS = "/?as=operator"


@pytest_asyncio.fixture(loop_scope="session", params=["en", "id"])
async def phone(browser: Browser, preview: str, request: pytest.FixtureRequest) -> AsyncGenerator[Page]:
    context = await browser.new_context(base_url=preview, viewport={"width": WIDTH, "height": 740})
    await context.add_cookies([{"name": "ws_lang", "value": request.param, "url": preview}])
    yield await context.new_page()
    await context.close()


async def over_the_edge(page: Page, names: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for name in names:
        await page.goto(SHOWN[name], wait_until="load")
        found[name] = int(await page.evaluate(OVER_THE_EDGE))
    return {name: width for name, width in found.items() if width}


async def test_no_main_page_scrolls_sideways(phone: Page) -> None:
    assert await over_the_edge(phone, MAIN) == {}


@pytest.mark.long
async def test_no_page_scrolls_sideways(phone: Page) -> None:
    assert await over_the_edge(phone, tuple(SHOWN)) == {}


async def test_the_operators_menu_is_one_row_and_fits_when_it_is_open(phone: Page) -> None:
    await phone.goto(OPERATORS)
    row = await phone.locator(".masthead-nav").bounding_box()
    assert row is not None
    assert row["height"] < 60
    await phone.locator(".menu summary").click()
    await expect(phone.locator(".menu-list a")).to_have_count(8)
    for place in await phone.locator(".menu-list a").all():
        box = await place.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= WIDTH
        assert box["height"] >= 44


async def test_the_operators_menu_closes_by_key_and_by_a_click_elsewhere(phone: Page) -> None:
    await phone.goto(OPERATORS, wait_until="load")
    menu, words = phone.locator(".menu"), phone.locator(".menu summary")
    await words.press("Enter")
    await phone.keyboard.press("Tab")
    await expect(phone.locator(".menu-list a").first).to_be_focused()
    await phone.keyboard.press("Escape")
    await expect(words).to_be_focused()
    await expect(menu).not_to_have_attribute("open", "")
    await words.click()
    await expect(menu).to_have_attribute("open", "")
    await phone.locator(".footer-line").click()
    await expect(menu).not_to_have_attribute("open", "")


async def test_the_operators_menu_needs_no_script(browser: Browser, preview: str) -> None:
    context = await browser.new_context(base_url=preview, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(OPERATORS)
    await page.locator(".menu summary").click()
    await page.get_by_role("link", name="Settings").click()
    await expect(page).to_have_url(f"{preview}/admin/settings")
    await context.close()
