"""The main story: add an episode, force a scrape, watch it."""

import re
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

from tests.support.running import DEMO_USER, Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SCRAPE_MS = 60_000
SLOW_S = 4.0
"""How long a page takes that is looked at while it is opened."""
PLAYED = "() => document.querySelector('video')?.currentTime ?? 0"


async def sign_in(page: Page, running: Running) -> None:
    """Sign in by the form."""
    await page.goto("/login?next=/admin")
    await page.get_by_label("User name").fill(DEMO_USER)
    await page.get_by_label("Password").fill(running.stack.admin_password)
    await page.locator("main").get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/admin")


async def test_an_operator_adds_an_episode_scrapes_it_and_watches_it(page: Page, running: Running) -> None:
    pages = await running.demo.mint("The Glass Harbour", 1)
    await sign_in(page, running)
    await page.get_by_label("Show").fill("The Glass Harbour")
    await page.get_by_label(re.compile("^Episode")).fill("1")
    for quality, url in pages.items():
        await page.get_by_label(f"{quality}p").fill(url)
    await page.locator("main form").get_by_role("button").first.click()
    await page.wait_for_url("**/admin?added=*")

    await running.demo.fault(target="site", kind="slow", delay_s=SLOW_S)
    try:
        await page.goto(f"/player?show={quote('The Glass Harbour')}&ep=1")
        await page.evaluate("() => { window.sameDocument = true }")
        await expect(page.get_by_text("No cached servers found")).to_be_visible()
        # nothing is known of it yet: the player has it found by itself, and a person's order is the same job
        await expect(page.get_by_role("heading", name="Finding servers")).to_be_visible()
        for quality in pages:
            await expect(page.get_by_role("link", name=f"{quality}p (Master)")).to_be_visible()
        await expect(page.locator(".steps .step").first).to_be_visible()
        await page.get_by_role("button", name="Force scrape").click()
    finally:
        await running.demo.heal()

    for server in ("pixel", "fsl", "10gbps"):
        for quality in pages:
            button = page.locator("#servers").get_by_text(f"{quality}p · {server}", exact=True)
            await expect(button).to_be_visible(timeout=SCRAPE_MS)
    playing = page.locator("#servers [aria-pressed=true]")
    await expect(playing).to_contain_text("1080p")
    await page.wait_for_function(f"() => ({PLAYED})() > 1", timeout=SCRAPE_MS)
    before = await page.evaluate(PLAYED)
    await page.wait_for_function(f"() => ({PLAYED})() > {before + 1}", timeout=SCRAPE_MS)
    assert await page.evaluate("() => window.sameDocument") is True

    server = (await playing.inner_text()).split("·")[1].split()[0]
    browser = await page.evaluate("() => navigator.userAgent")
    served = [
        entry
        for entry in await running.demo.log(server)
        if entry["user_agent"] == browser and entry["status"] in {200, 206}
    ]
    assert sum(entry["bytes"] for entry in served) > 50_000


async def test_the_seeds_urls_answer_before_and_after_a_scrape(page: Page, running: Running) -> None:
    pages = await running.demo.mint("Paper Lighthouse", 2)
    await running.operator.add_episode("Paper Lighthouse", 2, pages)
    before = await running.operator.get_link("Paper Lighthouse", 2)
    assert before == {
        "status": "master",
        "links": {str(quality): url for quality, url in pages.items()},
        "server_info": {
            "server_count": 0,
            "needs_force_scrape": True,
            "message": "No cached servers found. Please use Force Scrape.",
        },
    }
    await running.demo.fault(target="site", kind="slow", delay_s=SLOW_S)
    try:
        await page.goto(f"/player?show={quote('Paper Lighthouse')}&ep=2")
        queued = await page.evaluate(
            "async () => (await fetch('/scrape?show=Paper Lighthouse&ep=2')).json()",
        )
    finally:
        await running.demo.heal()
    assert queued == {"status": "queued"}
    await expect(page.locator("#servers [aria-pressed=true]")).to_be_visible(timeout=SCRAPE_MS)
    after = await running.operator.get_link("Paper Lighthouse", 2)
    assert after["status"] == "cached"
    assert {quality: set(servers) for quality, servers in after["links"].items()} == {
        str(quality): {"pixel", "fsl", "10gbps"} for quality in pages
    }
    assert after["server_info"] == {"server_count": 9, "needs_force_scrape": False}
    refused = await page.evaluate(
        "async () => (await fetch('/scrape?show=Paper Lighthouse&ep=2')).json()",
    )
    assert refused["status"] == "error"
    assert re.search(r"\d+\.\d minutes", refused["message"])


async def test_a_source_that_is_gone_ends_with_a_reason_where_the_person_is(
    page: Page, running: Running
) -> None:
    pages = await running.demo.mint("Hollow Orchard", 1, (720,))
    episode_id = await running.operator.add_episode("Hollow Orchard", 1, pages)
    path = "/" + pages[720].split("/", 3)[3]
    await running.demo.fault(target="site", path_prefix=path, kind="status", status=500)
    try:
        await page.goto(f"/watch/{episode_id}")
        await expect(page.locator(".calm-failed")).to_be_visible(timeout=SCRAPE_MS)
        job = (await running.operator.state(episode_id))["job"]
        assert (job["state"], job["error_code"]) == ("failed", "server_error")
    finally:
        await running.demo.heal()


async def test_a_link_that_breaks_while_playing_gives_way_to_the_next(page: Page, running: Running) -> None:
    pages = await running.demo.mint("Copper Valley", 1, (480, 720))
    episode_id = await running.operator.add_episode("Copper Valley", 1, pages)
    await running.operator.force_scrape(episode_id)
    state = await running.operator.links(episode_id, at_least=6)
    first = next(link for link in state["links"] if link["offered"] and link["playable"])
    await running.demo.fault(target=first["server"], kind="status", status=403)
    try:
        await page.goto(f"/watch/{episode_id}")
        await page.wait_for_function(f"() => ({PLAYED})() > 0.5", timeout=SCRAPE_MS)
        playing = await page.locator("#servers [aria-pressed=true]").inner_text()
        assert f"· {first['server']}" not in playing
        await expect(page.locator("#note")).not_to_be_empty()
    finally:
        await running.demo.heal()


async def test_bad_input_is_explained_at_its_field_and_keeps_what_was_typed(
    page: Page, running: Running
) -> None:
    await sign_in(page, running)
    await page.get_by_label("Show").fill("Paper Lighthouse")
    await page.get_by_label(re.compile("^Episode")).fill("twelve")
    await page.get_by_label("720p").fill("http://10.0.0.1/page")
    await page.locator("main form").get_by_role("button").first.click()
    wrong = page.locator("[aria-invalid=true]")
    assert await wrong.count() == 2
    await expect(page.locator("#error-summary")).to_be_visible()
    await expect(page.get_by_label("Show")).to_have_value("Paper Lighthouse")


@pytest.mark.parametrize(
    ("scheme", "width", "height"), [("dark", 1280, 800), ("light", 1280, 800), ("dark", 360, 740)]
)
async def test_no_page_scrolls_sideways_or_speaks_to_third_parties(
    page: Page, running: Running, scheme: str, width: int, height: int
) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size({"width": width, "height": height})
    for path in ("/", "/login", "/title/paper-lighthouse"):
        await page.goto(path)
        overflow = await page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, path
    assert asked == {running.url.split("/")[2]}


async def test_the_pages_speak_indonesian(page: Page, running: Running) -> None:
    await page.goto("/")
    await page.get_by_role("button", name="Bahasa Indonesia").click()
    await expect(page.locator("html")).to_have_attribute("lang", "id")
    assert "Library" not in await page.locator("h1").inner_text()
