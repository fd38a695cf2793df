"""A link that dies under a viewer gives way to the next one, and where none is left new ones are found."""

import time

import pytest
from playwright.async_api import Page, expect

from tests.e2e.axe import faults
from tests.e2e.failing import kill_all, open_paced, own, scraped
from tests.e2e.pictures import PATIENCE_MS, elsewhere, playing, seen, watch
from tests.e2e.test_plays import counted, rows
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

MOST_ELSEWHERE_S = 8.0
MOST_ERROR_S = 2.0
FAILED = (
    "select convert_from(payload, 'utf8')::jsonb as said from catalog.outbox "
    "where subject = 'playback.failed' "
    "and (convert_from(payload, 'utf8')::jsonb ->> 'episode_id')::bigint = $1"
)


async def test_a_server_that_dies_under_a_viewer_gives_way_to_the_next(page: Page, running: Running) -> None:
    episode_id, links = await scraped(running, "A Falling Lantern")
    try:
        now, server = await open_paced(page, running, episode_id, links)
        await page.evaluate("() => { const v = document.querySelector('video'); v.playbackRate = 1.25 }")
        await page.evaluate("() => { const v = document.querySelector('video'); v.volume = 0.4 }")
        since = time.time()
        await running.demo.fault(target=server, kind="reset", path_prefix=own(links[0]))
        change = await elsewhere(page, now.link, since=since)
        assert change.elsewhere_s <= MOST_ELSEWHERE_S
        assert change.error_s <= MOST_ERROR_S
        kept = "() => { const v = document.querySelector('video'); return [v.playbackRate, v.volume] }"
        assert await page.evaluate(kept) == [1.25, 0.4]
        await expect(page.locator("#note")).to_contain_text(f"480p · {server} stopped answering. Going on")
        told = await eventually(lambda: rows(running, FAILED, episode_id), bool)
        assert server in str(told[0]["said"])
        assert await eventually(lambda: counted(running, episode_id), bool) == [(1, 1, 0, 0)]
    finally:
        await running.demo.heal()


async def test_when_all_links_have_died_new_ones_are_found_and_the_film_goes_on(
    page: Page, running: Running
) -> None:
    episode_id, links = await scraped(running, "The Drowned Relay")
    try:
        await open_paced(page, running, episode_id, links)
        await kill_all(running, links)
        finding = page.get_by_role("heading", name="Finding fresh links")
        fresh = page.locator("#note").filter(has_text="Fresh links came. Going on with")
        await expect(finding.or_(fresh)).to_be_visible(timeout=PATIENCE_MS)
        before = (await seen(page))[-1]
        await running.demo.heal()
        await expect(fresh).to_be_visible(timeout=PATIENCE_MS)
        after = await playing(page, beyond=before.at + 1)
        first = next(each for each in await seen(page) if each.when > before.when)
        assert abs(first.at - before.at) <= MOST_ERROR_S
        state = await running.operator.state(episode_id)
        assert next(link for link in state["links"] if link["id"] == after.link)["generation"] == 2
    finally:
        await running.demo.heal()


async def test_the_menu_in_the_picture_lists_what_can_be_played_and_goes_by_keys(
    page: Page, running: Running
) -> None:
    episode_id, links = await scraped(running, "A Menu In The Picture")
    await watch(page)
    await page.goto(f"/watch/{episode_id}")
    now = await playing(page, beyond=0.5)
    opener, menu = page.get_by_role("button", name="Qualities and servers"), page.locator(".source-menu")
    await opener.focus()
    await page.keyboard.press("Enter")
    await expect(menu.locator("[aria-pressed=true]")).to_be_focused()
    await expect(menu.locator("[data-link]")).to_have_count(len(links))
    assert await faults(page) == {}
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(opener).to_be_focused()
    await page.keyboard.press("Enter")
    other = next(link["id"] for link in links if link["id"] != now.link)
    await menu.locator(f"[data-link='{other}']").press("Enter")
    await expect(menu).to_be_hidden()
    await page.wait_for_function("(link) => window.seen.at(-1).link === link", arg=other, timeout=PATIENCE_MS)
    # the choice may be left to the player again
    await expect(page.locator("#servers").get_by_role("button", name="Choose by itself")).to_be_visible()
