"""What a page does behind one's back: it asks nobody else for anything, and nothing jumps while it comes."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Request, expect

from tests.support.running import DEMO_USER, Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SHOW, SLUG = "The Quiet Estuary", "the-quiet-estuary"
SCRAPE_MS = 60_000
MOST_SHIFT = 0.02
"""A tenth is what the web calls good."""
WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) {
    const moved = shift.sources.map((source) => source.node?.className ?? "");
    if (!shift.hadRecentInput) window.shifts.push([shift.value, moved]);
  }
}).observe({type: "layout-shift", buffered: true});
"""
PLAYS = "() => (document.querySelector('video')?.currentTime ?? 0) > 0.5"
MEDIA = frozenset({"media", "fetch", "xhr"})


async def a_scraped_episode(page: Page, running: Running) -> int:
    """Return an episode whose links were found."""
    found = await page.request.get(f"/api/v1/titles?q={SHOW}")
    if not any(each["slug"] == SLUG for each in (await found.json())["titles"]):
        pages = await running.demo.mint(SHOW, 1)
        await running.operator.add_episode(SHOW, 1, pages)
    await page.goto(f"/title/{SLUG}")
    address = await page.locator(".episode-link").first.get_attribute("href")
    assert address is not None
    episode = int(address.rpartition("/")[2])
    # who opens an episode without links has them looked for
    await page.goto(address)
    await expect(page.locator("#servers [aria-pressed=true]")).to_be_visible(timeout=SCRAPE_MS)
    return episode


async def test_only_the_player_asks_somebody_else_and_only_for_what_it_plays(
    page: Page, running: Running
) -> None:
    episode = await a_scraped_episode(page, running)
    home = urlsplit(running.url).netloc
    # what plays must not go on asking while the other pages are looked at
    await page.goto("about:blank")
    asked: list[Request] = []

    def seen(request: Request) -> None:
        asked.append(request)

    page.on("request", seen)
    for path in ("/", f"/title/{SLUG}", "/login", "/nowhere"):
        await page.goto(path, wait_until="load")
    assert len(asked) > 4
    assert [each.url for each in asked if urlsplit(each.url).netloc != home] == []
    asked.clear()
    await page.goto(f"/watch/{episode}")
    await page.wait_for_function(PLAYS, timeout=SCRAPE_MS)
    # now that it plays: links are found one after the other
    state = await (await page.request.get(f"/api/v1/episodes/{episode}/live-state")).json()
    hosts = {urlsplit(link["url"]).netloc for link in state["links"]}
    elsewhere = [each for each in asked if urlsplit(each.url).netloc not in {home, ""}]
    assert {each.resource_type for each in elsewhere} <= MEDIA
    # what a link leads on to stands beside it in the demo world, on the same machine
    assert {urlsplit(each.url).hostname for each in elsewhere} <= {
        urlsplit(f"//{host}").hostname for host in hosts
    }
    assert {urlsplit(each.url).netloc for each in elsewhere} & hosts


@pytest.mark.parametrize("width", [360, 1280])
async def test_nothing_jumps_while_a_page_comes(page: Page, running: Running, width: int) -> None:
    episode = await a_scraped_episode(page, running)
    await page.set_viewport_size({"width": width, "height": 800})
    await page.add_init_script(WATCH_SHIFTS)
    for path, is_there in (
        ("/", None),
        (f"/title/{SLUG}", None),
        (f"/watch/{episode}", PLAYS),
    ):
        await page.goto(path, wait_until="load")
        if is_there is not None:
            await page.wait_for_function(is_there, timeout=SCRAPE_MS)
        # what moved in the last frame is told in the next one
        await page.evaluate(
            "() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))"
        )
        shifts = await page.evaluate("() => window.shifts")
        assert sum(value for value, _ in shifts) < MOST_SHIFT, (path, shifts)


async def test_a_list_and_a_history_are_kept_by_the_keyboard_alone(page: Page, running: Running) -> None:
    episode = await a_scraped_episode(page, running)
    await page.goto("/login?next=/title/" + SLUG)
    await expect(page.get_by_label("User name")).to_be_focused()
    await page.keyboard.type(DEMO_USER)
    await page.keyboard.press("Tab")
    await page.keyboard.type(running.stack.admin_password)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/title/{SLUG}")
    await page.get_by_role("button", name="Put on my list").press("Enter")
    await expect(page.get_by_role("button", name="On my list")).to_be_visible()
    await page.goto("/list")
    await page.get_by_role("button", name=f"Take {SHOW} off my list").press("Enter")
    undo = page.get_by_role("button", name="Undo")
    await expect(undo).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name=SHOW).first).to_be_visible()
    token = await page.locator("meta[name=csrf-token]").get_attribute("content")
    told = await page.request.put(
        f"/api/v1/episodes/{episode}/progress",
        data={"position_s": 5, "duration_s": 10},
        headers={"X-CSRF-Token": token or ""},
    )
    assert told.status == 200
    await page.goto("/history")
    await expect(page.get_by_text("50 % watched")).to_be_visible()
    await page.get_by_role("button", name=f"Remove {SHOW}").press("Enter")
    await expect(page.get_by_role("heading", name="Nothing watched yet")).to_be_visible()
    await expect(undo).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("50 % watched")).to_be_visible()
    await page.locator("summary", has_text="Remove all of it").press("Enter")
    await page.get_by_role("button", name="Yes, remove everything").press("Enter")
    await expect(page.get_by_role("heading", name="Nothing watched yet")).to_be_visible()


async def test_a_theme_that_was_chosen_is_on_the_next_device_too(page: Page, running: Running) -> None:
    await page.goto("/login")
    await page.get_by_label("User name").fill(DEMO_USER)
    await page.get_by_label("Password").fill(running.stack.admin_password)
    await page.get_by_label("Password").press("Enter")
    await page.wait_for_url(f"{running.url}/")
    async with page.expect_response("**/preferences"):
        await page.get_by_role("button", name="Dark").click()
    browser = page.context.browser
    assert browser is not None
    other = await browser.new_context(base_url=running.url, storage_state=await page.context.storage_state())
    await other.clear_cookies(name="ws_theme")
    there = await other.new_page()
    await there.goto("/")
    try:
        assert await there.locator("html").get_attribute("data-theme") == "dark"
    finally:
        await other.close()
        async with page.expect_response("**/preferences"):
            await page.get_by_role("button", name="Auto").click()
