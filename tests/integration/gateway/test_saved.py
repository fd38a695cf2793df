"""One's own list: the button of a title, the page, and the API."""

import re

from .running import Gateway

MINE = "/api/v1/me/list"
CARD = re.compile(r'class="card-link" href="/title/([^"]+)"')


async def title_of(gateway: Gateway, show: str, kind: str = "series") -> int:
    episode = await gateway.add_episode(show, kind=kind)
    found: int = await gateway.sql.fetchval("select title_id from catalog.episodes where id = $1", episode)
    return found


async def test_a_title_is_put_on_the_list_and_taken_off_without_scripts(gateway: Gateway) -> None:
    ada, title = await gateway.signed_in("viewer"), await title_of(gateway, "The Glory")
    assert "Put on my list" in (await ada.page("/title/the-glory")).text
    said = await ada.form(f"/list/{title}", next="/title/the-glory")
    assert (said.status, said.headers["Location"]) == (303, "/title/the-glory")
    page = (await ada.page("/title/the-glory")).text
    assert f'action="/list/{title}/remove"' in page
    assert CARD.findall((await ada.page("/list")).text) == ["the-glory"]
    gone = await ada.form(f"/list/{title}/remove")
    left = (await ada.page(gone.headers["Location"])).text
    assert "Nothing on your list yet" in left
    assert f'action="/list/{title}"' in left
    await ada.form(f"/list/{title}", next="/list")
    assert CARD.findall((await ada.page("/list")).text) == ["the-glory"]
    back = await ada.form(f"/list/{title}/remove", next="/title/the-glory")
    assert back.headers["Location"] == "/title/the-glory"


async def test_a_list_is_its_owner_s_and_newest_first(gateway: Gateway) -> None:
    ada, bob = await gateway.signed_in("viewer"), await gateway.signed_in("operator")
    titles = [await title_of(gateway, show) for show in ("The Glory", "Vincenzo", "Signal")]
    for title in titles:
        kept = await ada.send("PUT", f"{MINE}/{title}", None)
        assert (kept.status, kept.json["title_id"], kept.json["episode_count"]) == (200, title, 1)
    again = await ada.send("PUT", f"{MINE}/{titles[0]}", None)
    assert again.json["saved_at"] == (await ada.get(f"{MINE}/{titles[0]}")).json["saved_at"]
    first = (await ada.get(f"{MINE}?limit=2")).json
    rest = (await ada.get(f"{MINE}?limit=2&cursor={first['next']}")).json
    listed = [each["title_id"] for each in (*first["titles"], *rest["titles"])]
    assert (listed, rest["next"]) == (titles[::-1], None)
    assert (await bob.get(MINE)).json == {"titles": [], "next": None}
    (await bob.get(f"{MINE}/{titles[0]}")).problem(404, "not_found")
    assert (await ada.send("DELETE", f"{MINE}/{titles[1]}", None)).status == 204
    assert (await ada.send("DELETE", f"{MINE}/{titles[1]}", None)).status == 204
    await gateway.sql.execute("update catalog.titles set deleted_at = now() where id = $1", titles[2])
    assert [each["title_id"] for each in (await ada.get(MINE)).json["titles"]] == titles[:1]


async def test_the_page_of_a_long_list_goes_on(gateway: Gateway) -> None:
    ada = await gateway.signed_in("viewer")
    await gateway.sql.execute(
        "with made as (insert into catalog.titles (kind, title, slug)"
        " select 'series', 'Show ' || n, 'show-' || n from generate_series(1, 25) as n returning id)"
        " insert into catalog.saved_titles (user_id, title_id, saved_at)"
        " select (select id from access.users), id, '2026-01-01' from made"
    )
    first = (await ada.page("/list")).text
    following = re.search(r'href="(/list\?cursor=[^"]*)"', first)
    assert following is not None
    rest = (await ada.page(following[1])).text
    shown = CARD.findall(first), CARD.findall(rest)
    assert [len(each) for each in shown] == [24, 1]
    assert len({*shown[0], *shown[1]}) == 25


async def test_a_list_needs_somebody_and_a_title(gateway: Gateway) -> None:
    stranger, ada = await gateway.visitor(), await gateway.signed_in("viewer")
    title = await title_of(gateway, "The Glory")
    assert (await stranger.page("/list")).headers["Location"] == "/login?next=/list"
    assert 'href="/login?next=/title/the-glory"' in (await stranger.page("/title/the-glory")).text
    (await stranger.send("PUT", f"{MINE}/{title}", None)).problem(401, "sign_in_required")
    (await ada.send("PUT", f"{MINE}/999999", None)).problem(404, "unknown_title")
    ada.csrf = "another"
    (await ada.send("PUT", f"{MINE}/{title}", None)).problem(403, "bad_csrf")
    assert (await ada.form(f"/list/{title}")).status == 403


async def test_a_list_goes_with_the_person_and_with_the_title(gateway: Gateway) -> None:
    titles = [await title_of(gateway, show) for show in ("The Glory", "Vincenzo")]
    people = [await gateway.signed_in("viewer") for _ in range(2)]
    for person in people:
        for title in titles:
            assert (await person.send("PUT", f"{MINE}/{title}", None)).status == 200
    await gateway.sql.execute("delete from catalog.titles where id = $1", titles[0])
    assert await gateway.count("catalog.saved_titles") == 2
    await gateway.sql.execute("delete from access.users where id = (select min(id) from access.users)")
    assert await gateway.count("catalog.saved_titles") == 1
