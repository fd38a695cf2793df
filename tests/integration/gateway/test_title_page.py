"""The page of a title: how far somebody came, how fresh its links are, and asking for new ones."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.axe import faults

from .browsing import browsing
from .running import Gateway, Visitor

WAIT_MS = 20_000
SERVERS = {1080: {"pixel": "https://p.example/1", "fsl": "https://f.example/1"}}
TITLE = "/title/the-glory"


async def watch(visitor: Visitor, episode: int, position_s: float, *, finished: bool = False) -> None:
    body = {"position_s": position_s, "duration_s": 3600, "finished": finished}
    assert (await visitor.send("PUT", f"/api/v1/episodes/{episode}/progress", body)).status == 200


def main_action(text: str) -> tuple[str, str]:
    """Return where the large button leads and what it says."""
    found = re.search(r'class="button button-large" href="([^"]+)">.*?</svg>([^<]+)</a>', text)
    assert found is not None
    return found[1], found[2]


async def test_the_main_action_goes_on_where_somebody_was(gateway: Gateway) -> None:
    ids = [await gateway.add_episode(number=number) for number in (1, 2, 3)]
    viewer = await gateway.signed_in("viewer")
    assert main_action((await viewer.page(TITLE)).text) == (f"/watch/{ids[0]}", "Play from the start")
    await watch(viewer, ids[0], 3600, finished=True)
    await watch(viewer, ids[1], 900)
    text = (await viewer.page(TITLE)).text
    assert main_action(text) == (f"/watch/{ids[1]}", "Continue with episode 2")
    assert text.count("episode-seen") == 1
    assert text.count('value="25"') == 2  # below the button, and on the episode
    await watch(viewer, ids[1], 3600, finished=True)
    text = (await viewer.page(TITLE)).text
    assert main_action(text) == (f"/watch/{ids[2]}", "Continue with episode 3")
    stranger = (await (await gateway.visitor()).page(TITLE)).text
    assert main_action(stranger) == (f"/watch/{ids[0]}", "Play from the start")
    assert "episode-seen" not in stranger


async def test_freshness_is_said_in_words(gateway: Gateway) -> None:
    alive, dead, _ = [await gateway.add_episode(number=number) for number in (1, 2, 3)]
    await gateway.add_links(alive, SERVERS)
    await gateway.add_links(alive, {720: {"pixel": "https://p.example/2"}}, state="dead")
    await gateway.add_links(dead, SERVERS, state="dead")
    page = (await (await gateway.visitor()).page(TITLE)).text
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition('class="episodes"')[2]))
    one, two, three = re.split(r"Episode \d", text)[1:4]
    assert "Active" in one
    assert "2 of 3 servers alive, checked" in one
    assert "Inactive none of 2 servers alive, checked" in two
    assert "Needs a scrape" in three
    film = await gateway.add_episode("A Film", kind="movie")
    await gateway.add_links(film, SERVERS)
    await gateway.sql.execute("update catalog.titles set duration = '1 h 52 min' where title = 'A Film'")
    page = (await (await gateway.visitor()).page("/title/a-film")).text
    assert "1 h 52 min" in page
    assert "2 of 2 servers alive" in page
    assert main_action(page) == (f"/watch/{film}", "Play the film")


async def test_links_are_asked_for_by_a_plain_form(gateway: Gateway) -> None:
    first = await gateway.add_episode()
    bare = await gateway.add_episode("Nothing To Read")
    await gateway.sql.execute("delete from catalog.sources where episode_id = $1", bare)
    visitor = await gateway.visitor()
    await visitor.page(TITLE)
    answer = await visitor.form(f"{TITLE}/refresh")
    assert (answer.status, answer.headers["Location"]) == (303, f"{TITLE}?asked=1#links")
    (event,) = await gateway.told("scrape.requested")
    assert event["episode_id"] == first
    assert "Fresh links are being looked for:" in (await visitor.page(f"{TITLE}?asked=1")).text
    await gateway.sql.execute("update links.jobs set state = 'succeeded', finished_at = now()")
    await gateway.add_links(first, SERVERS)
    answer = await visitor.form(f"{TITLE}/refresh")
    wait = re.fullmatch(rf"{TITLE}\?wait=(\d+)#links", answer.headers["Location"])
    assert wait is not None
    assert f'data-wait="{wait[1]}"' in (await visitor.page(f"{TITLE}?wait={wait[1]}")).text
    answer = await visitor.form("/title/nothing-to-read/refresh")
    assert answer.headers["Location"] == "/title/nothing-to-read?none=1#links"
    assert "no source page" in (await visitor.page("/title/nothing-to-read?none=1")).text
    assert (await visitor.form("/title/nobody/refresh")).status == 404
    visitor.csrf = "another"
    assert (await visitor.form(f"{TITLE}/refresh")).status == 403
    for nonsense in ("wait=-1", "wait=99999999", "wait=x", "wait=%00", "season=x&from=y"):
        assert (await visitor.page(f"{TITLE}?{nonsense}")).status == 200
    assert await gateway.count("links.jobs") == 1


async def test_of_a_long_title_the_part_that_is_shown_gets_new_links(gateway: Gateway) -> None:
    await gateway.add_episode(number=1)
    await gateway.sql.execute(
        "insert into catalog.episodes (title_id, season, number)"
        " select t.id, 1, n from catalog.titles as t, generate_series(2, 120) as n"
    )
    await gateway.sql.execute(
        "insert into catalog.sources (episode_id, quality, url, definition)"
        " select e.id, 720, 'https://vcloud.lol/' || e.id, 'vcloud' from catalog.episodes as e"
        " where e.number between 104 and 106 or e.number = 120"
    )
    fresh = await gateway.sql.fetchval("select id from catalog.episodes where number = 104")
    await gateway.add_links(fresh, {720: {"pixel": "https://p.example/1"}})
    visitor = await gateway.visitor()
    page = (await visitor.page(f"{TITLE}?season=1&from=101")).text
    assert '<input type="hidden" name="from" value="101">' in page
    answer = await visitor.form(f"{TITLE}/refresh", **{"season": "1", "from": "101"})
    assert answer.headers["Location"] == f"{TITLE}?season=1&from=101&asked=2#links"
    asked = await gateway.sql.fetch(
        "select e.number::integer from links.jobs as j"
        " join catalog.episodes as e on e.id = j.episode_id order by 1"
    )
    assert [row[0] for row in asked] == [105, 106]


@pytest.mark.e2e
@pytest.mark.long
async def test_links_are_refreshed_without_leaving_the_page(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    viewer = await gateway.signed_in("viewer")
    await watch(viewer, episode, 900)
    async with browsing(gateway, viewer, viewport={"width": 360, "height": 740}) as page:
        await page.goto(TITLE)
        await page.evaluate("() => { window.sameDocument = true }")
        assert await faults(page) == {}
        button = page.get_by_role("button", name="Refresh links")
        await button.press("Enter")
        told = page.get_by_role("status")
        await expect(told).to_contain_text("being looked for: Episode 1", timeout=WAIT_MS)
        await expect(page.locator(".episode-fresh")).to_contain_text("Finding links")
        await expect(page.locator(".links-now button")).to_be_focused()
        await gateway.add_links(episode, SERVERS)
        await gateway.sql.execute("update links.jobs set state = 'succeeded', finished_at = now()")
        await expect(told).to_contain_text("Fresh links were looked for", timeout=WAIT_MS)
        await expect(page.locator(".episode-fresh")).to_contain_text("2 of 2 servers alive")
        await button.press("Enter")
        waiting = page.locator(".links-now button[aria-disabled=true]")
        await expect(waiting).to_contain_text(re.compile(r"Again in \d+:\d\d"), timeout=WAIT_MS)
        assert await page.evaluate("() => window.sameDocument") is True
        assert await faults(page) == {}
        assert await page.evaluate("() => document.documentElement.scrollWidth") <= 360
