"""The library as a person uses it in Chromium: typing, scrolling, coming back, going without a script."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.axe import faults

from .browsing import browsing
from .running import Gateway

pytestmark = pytest.mark.e2e

WAIT_MS = 20_000
MANY = """
insert into catalog.titles (kind, title, slug, created_at)
select 'series', 'Show ' || n, 'show-' || n, now() - n * interval '1 hour' from generate_series(1, 110) as n
"""


async def test_whoever_types_sees_what_fits_under_an_address_of_its_own(gateway: Gateway) -> None:
    for show in ("The Glory", "Vincenzo", "폭싹 속았수다"):
        await gateway.add_episode(show)
    async with browsing(gateway) as page:
        await page.goto("/")
        await page.evaluate("() => { window.sameDocument = true }")
        box, cards = page.get_by_label("Search the library"), page.locator(".card-title")
        await box.press_sequentially("glory")
        await expect(cards).to_have_text(["The Glory"], timeout=WAIT_MS)
        await expect(page.get_by_role("status")).to_contain_text("“glory”")
        await expect(page).to_have_url(re.compile(r"/\?q=glory$"))
        await expect(box).to_be_focused()
        assert await faults(page) == {}
        await box.fill("속았")
        await expect(cards).to_have_text(["폭싹 속았수다"], timeout=WAIT_MS)
        await box.fill("nothing at all like it")
        await expect(page.get_by_role("heading", name="Nothing found")).to_be_visible(timeout=WAIT_MS)
        await box.press("Escape")
        await expect(cards).to_have_count(3, timeout=WAIT_MS)
        await expect(page).to_have_url(re.compile(r"/$"))
        await page.get_by_text("Filter and sort").click()
        await page.get_by_label("Sort by").select_option("title")
        await expect(page).to_have_url(re.compile(r"sort=title$"), timeout=WAIT_MS)
        await expect(cards).to_have_text(["The Glory", "Vincenzo", "폭싹 속았수다"])
        assert await page.evaluate("() => window.sameDocument") is True
        await page.reload()
        await expect(cards).to_have_text(["The Glory", "Vincenzo", "폭싹 속았수다"])


async def test_a_list_goes_on_by_itself_and_is_found_again_where_it_was_left(gateway: Gateway) -> None:
    await gateway.sql.execute(MANY)
    async with browsing(gateway) as page:
        await page.goto("/?sort=title")
        cards = page.locator(".grid .card:not(.bones)")
        await expect(cards).to_have_count(24)
        await page.mouse.wheel(0, 4000)
        await expect(cards).to_have_count(48, timeout=WAIT_MS)
        await expect(page.locator("[data-part=said]")).to_have_text("24 more titles")
        card = cards.nth(40)
        name = await card.locator(".card-title").inner_text()
        await card.scroll_into_view_if_needed()
        await expect(page).to_have_url(re.compile("cursor="), timeout=WAIT_MS)
        await card.locator(".card-link").click()
        await expect(page.get_by_role("heading", name=name)).to_be_visible()
        await page.go_back()
        again = page.get_by_role("link", name=name, exact=True)
        await expect(again).to_be_in_viewport(timeout=WAIT_MS)
        await expect(again).to_be_focused()
        address = page.url
        await page.goto("/")
        await page.goto(address)
        await expect(page.get_by_role("link", name="From the beginning of the list")).to_be_visible()
        assert await faults(page) == {}


@pytest.mark.long
async def test_who_prefers_a_button_presses_one_and_goes_on_with_the_keyboard(gateway: Gateway) -> None:
    await gateway.sql.execute(MANY)
    async with browsing(gateway) as page:
        await page.goto("/?sort=title")
        cards, by_itself = (
            page.locator(".grid .card:not(.bones)"),
            page.get_by_role("button", name="Load more"),
        )
        await page.evaluate("() => localStorage.setItem('ws_by_itself', 'off')")
        await page.reload()
        await by_itself.scroll_into_view_if_needed()
        await expect(by_itself).to_have_attribute("aria-pressed", "false")
        await expect(cards).to_have_count(24)
        await page.get_by_role("link", name="Show more").press("Enter")
        await expect(cards.nth(24).locator(".card-link")).to_be_focused(timeout=WAIT_MS)
        await expect(cards).to_have_count(48)
        await by_itself.press("Space")
        await expect(by_itself).to_have_attribute("aria-pressed", "true")


@pytest.mark.long
async def test_without_a_script_the_form_searches_and_the_link_goes_on(gateway: Gateway) -> None:
    await gateway.sql.execute(MANY)
    async with browsing(gateway, java_script_enabled=False) as page:
        await page.goto("/")
        await page.get_by_label("Search the library").fill("Show")
        await page.get_by_role("button", name="Search").click()
        await expect(page.locator(".grid .card")).to_have_count(24)
        await page.get_by_role("link", name="Show more").click()
        await expect(page.locator(".grid .card")).to_have_count(24)
        await page.get_by_role("link", name="From the beginning of the list").click()
        await expect(page).to_have_url(re.compile(r"/\?q=Show$"))


@pytest.mark.long
async def test_a_lost_connection_is_said_and_taken_back_by_itself(gateway: Gateway) -> None:
    await gateway.add_episode("The Glory")
    await gateway.add_episode("Vincenzo")
    async with browsing(gateway) as page:
        await page.goto("/")
        ribbon = page.locator("#away")
        await expect(ribbon).to_be_hidden()
        await page.context.set_offline(True)
        await expect(ribbon).to_contain_text("No connection")
        await page.get_by_label("Search the library").fill("glory")
        await page.context.set_offline(False)
        await expect(ribbon).to_be_hidden(timeout=WAIT_MS)
        await expect(page.locator(".card-title")).to_have_text(["The Glory"], timeout=WAIT_MS)


@pytest.mark.long
async def test_a_gateway_that_does_not_answer_is_asked_until_it_does(gateway: Gateway) -> None:
    for show in ("The Glory", "Vincenzo"):
        await gateway.add_episode(show)
    async with browsing(gateway) as page:
        await page.goto("/")
        away = {"status": 503, "body": "away"}
        await page.route("**/*", lambda route: route.fulfill(**away))
        await page.get_by_label("Search the library").fill("glory")
        await expect(page.locator("#away")).to_contain_text("No connection", timeout=WAIT_MS)
        await expect(page.locator(".card-title")).to_have_count(2)
        await expect(page.get_by_label("Search the library")).to_have_value("glory")
        assert await faults(page) == {}
        await page.unroute("**/*")
        await expect(page.locator(".card-title")).to_have_text(["The Glory"], timeout=WAIT_MS)
        await expect(page.locator("#away")).to_be_hidden()


@pytest.mark.long
@pytest.mark.parametrize(("scheme", "width"), [("dark", 360), ("light", 2560)])
async def test_home_fits_and_does_not_move_while_it_loads(gateway: Gateway, scheme: str, width: int) -> None:
    await gateway.sql.execute(MANY)
    viewer, first = await gateway.signed_in("viewer"), await gateway.add_episode("폭싹 속았수다 " * 12)
    await gateway.add_episode("폭싹 속았수다 " * 12, number=2)
    told = {"position_s": 600, "duration_s": 3600}
    assert (await viewer.send("PUT", f"/api/v1/episodes/{first}/progress", told)).status == 200
    size = {"width": width, "height": 900}
    async with browsing(gateway, viewer, viewport=size, color_scheme=scheme) as page:
        await page.add_init_script(
            "window.moved = 0; new PerformanceObserver((list) => {"
            " for (const one of list.getEntries()) if (!one.hadRecentInput) window.moved += one.value; })"
            ".observe({ type: 'layout-shift', buffered: true })"
        )
        await page.goto("/")
        await expect(page.get_by_role("heading", level=2)).to_have_text(
            ["Continue watching", "New episodes", "Recently added", "More of the library"]
        )
        assert await page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert await page.evaluate("() => window.moved") < 0.02
        row = page.locator(".row").last
        await row.locator("a").first.focus()
        await row.locator("a").last.focus()
        await expect(row.locator("a").last).to_be_in_viewport()
        assert await faults(page) == {}
