"""The trash: nobody sees what is in it, and everything comes back."""

import re
from typing import Any

import pytest

from .running import PAGE, SEED_SHOW, Gateway, Visitor

LINKS = {480: {"pixel": "https://files.example/a.mp4"}}


async def title_of(gateway: Gateway, episode: int) -> int:
    """Return the title of an episode."""
    return int(await gateway.sql.fetchval("select title_id from catalog.episodes where id = $1", episode))


async def everything(gateway: Gateway) -> dict[str, list[dict[str, Any]]]:
    """Return what belongs to titles, row by row."""
    tables = ("catalog.episodes", "catalog.sources", "catalog.plays", "links.links", "health.link_health")
    return {
        name: [dict(row) for row in await gateway.sql.fetch(f"select * from {name} order by 1, 2")]
        for name in tables
    }


async def test_a_title_goes_to_the_trash_with_a_reason_and_comes_back_whole(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, LINKS)
    title, before = await title_of(gateway, episode), await everything(gateway)
    operator = await gateway.signed_in("operator")

    answer = await operator.send("DELETE", f"/api/v1/titles/{title}?reason=listed%20twice", None)
    assert (answer.status, answer.json) == (200, {"id": title, "in_trash": True, "changed": True})
    [shown] = (await operator.get("/api/v1/trash")).json["titles"]
    assert (shown["id"], shown["because"], shown["episodes"], shown["links"]) == (title, "listed twice", 1, 1)
    assert shown["deleted_by"].startswith("operator-")

    again = await operator.send("DELETE", f"/api/v1/titles/{title}", None)
    assert again.json["changed"] is False
    back = await operator.send("POST", f"/api/v1/titles/{title}/restore", None)
    assert (back.status, back.json["changed"]) == (200, True)
    assert (await operator.send("POST", f"/api/v1/titles/{title}/restore", None)).json["changed"] is False
    assert await everything(gateway) == before
    assert (await operator.get("/api/v1/trash")).json == {"total": 0, "titles": [], "next": None}
    assert (await operator.get(f"/api/v1/episodes/{episode}/live-state")).json["links"] != []
    told = [(event["change"], event["episode_ids"]) for event in await gateway.told("catalog.changed")]
    assert told == [("removed", [episode]), ("added", [episode])]


async def test_nobody_sees_what_is_in_the_trash(gateway: Gateway) -> None:
    episode, other = await gateway.add_episode(), await gateway.add_episode("Another show")
    await gateway.add_links(episode, LINKS)
    operator, viewer = await gateway.signed_in("operator"), await gateway.visitor()
    await viewer.page("/")
    await operator.send("DELETE", f"/api/v1/titles/{await title_of(gateway, episode)}", None)

    library = await viewer.page("/")
    assert SEED_SHOW not in library.text
    assert "Another show" in library.text
    assert SEED_SHOW not in (await viewer.page("/?q=glory")).text
    assert (await viewer.page("/title/the-glory")).status == 404
    assert (await viewer.page(f"/watch/{episode}")).status == 404
    assert (await viewer.page(f"/watch/{other}")).status == 200
    assert (await viewer.page("/player?show=The%20Glory&ep=1")).status == 404
    (await viewer.get(f"/api/v1/episodes/{episode}/live-state")).problem(404, "unknown_episode")
    answer = await viewer.send("POST", f"/api/v1/episodes/{episode}/scrape", None)
    answer.problem(404, "unknown_episode")
    assert (await viewer.get("/get_link?show=The%20Glory&ep=1")).status == 404
    assert (await viewer.get("/scrape?show=The%20Glory&ep=1")).status == 404
    assert await gateway.told("scrape.requested") == []


async def test_scrapes_of_what_goes_to_the_trash_are_ended(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    job = await gateway.add_job(episode, state="running")
    await gateway.add_job(episode, state="failed")
    operator = await gateway.signed_in("operator")
    await operator.send("DELETE", f"/api/v1/titles/{await title_of(gateway, episode)}", None)
    assert [event["job_id"] for event in await gateway.told("job.cancelled")] == [str(job)]


async def test_an_episode_added_to_a_name_in_the_trash_makes_a_title_that_is_seen(gateway: Gateway) -> None:
    title = await title_of(gateway, await gateway.add_episode())
    operator = await gateway.signed_in("operator")
    await operator.send("DELETE", f"/api/v1/titles/{title}", None)
    fields = {"show": SEED_SHOW, "episode": "2", "link480": "https://vcloud.lol/new"}
    answer = await operator.form("/admin/add_episode", **fields)
    assert answer.status < 400
    slugs = await gateway.sql.fetch("select slug from catalog.titles where deleted_at is null")
    assert [row["slug"] for row in slugs] == ["the-glory-2"]
    # two of one name once the first is back: a person is asked whether they are one
    await operator.send("POST", f"/api/v1/titles/{title}/restore", None)
    assert SEED_SHOW in (await operator.page("/admin/merges")).text


@pytest.mark.parametrize("role", ["viewer", None])
async def test_only_operators_reach_the_trash(gateway: Gateway, role: str | None) -> None:
    title = await title_of(gateway, await gateway.add_episode())
    visitor: Visitor = await (gateway.signed_in(role) if role else gateway.visitor())
    status, code = (403, "forbidden") if role else (401, "sign_in_required")
    (await visitor.get("/api/v1/trash")).problem(status, code)
    (await visitor.send("DELETE", f"/api/v1/titles/{title}", None)).problem(status, code)
    (await visitor.send("POST", f"/api/v1/titles/{title}/restore", None)).problem(status, code)
    assert (await visitor.get("/admin/trash", headers=PAGE)).status == (403 if role else 303)
    assert (await visitor.form(f"/admin/titles/{title}/trash")).status == status
    assert await gateway.sql.fetchval("select count(*) from catalog.titles where deleted_at is null") == 1


async def test_a_request_without_its_token_changes_nothing(gateway: Gateway) -> None:
    title = await title_of(gateway, await gateway.add_episode())
    operator = await gateway.signed_in("operator")
    operator.csrf = "wrong"
    (await operator.send("DELETE", f"/api/v1/titles/{title}", None)).problem(403, "bad_csrf")
    assert await gateway.told("catalog.changed") == []


async def test_what_is_not_there_or_said_badly_is_refused(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    (await operator.send("DELETE", "/api/v1/titles/999999", None)).problem(404, "unknown_title")
    (await operator.send("POST", "/api/v1/titles/999999/restore", None)).problem(404, "unknown_title")
    title = await title_of(gateway, await gateway.add_episode())
    (await operator.send("DELETE", f"/api/v1/titles/{title}?reason=%00", None)).problem(422, "invalid")
    assert (await operator.send("DELETE", f"/api/v1/titles/{title}?reason={'x' * 501}", None)).status == 422


@pytest.mark.parametrize("language", ["en", "id"])
async def test_the_pages_lead_there_and_back(gateway: Gateway, language: str) -> None:
    title = await title_of(gateway, await gateway.add_episode())
    operator = await gateway.signed_in("operator", language=language)
    assert "empty" in (await operator.page("/admin/trash")).text
    page = await operator.page("/title/the-glory")
    assert f'action="/admin/titles/{title}/trash"' in page.text
    answer = await operator.form(f"/admin/titles/{title}/trash", reason="no longer wanted")
    assert (answer.status, answer.headers["Location"]) == (303, f"/admin/trash?moved={title}")
    trash = await operator.page(answer.headers["Location"])
    assert "no longer wanted" in trash.text
    assert "notice-good" in trash.text
    back = await operator.form(f"/admin/titles/{title}/restore")
    assert (back.status, back.headers["Location"]) == (303, "/title/the-glory")
    assert (await operator.page("/title/the-glory")).status == 200
    viewer = await gateway.visitor()
    assert "/admin/titles" not in (await viewer.page("/title/the-glory")).text


async def test_the_trash_is_read_page_by_page_while_titles_come(gateway: Gateway) -> None:
    await gateway.sql.execute(
        """
        insert into catalog.titles (kind, title, slug, deleted_at)
        select 'series', 'Gone ' || n, 'gone-' || n, now() - (n / 3) * interval '1 minute'
        from generate_series(1, 60) as n
        """
    )
    operator = await gateway.signed_in("operator")
    first = (await operator.get("/api/v1/trash?limit=25")).json
    await gateway.sql.execute(
        "insert into catalog.titles (kind, title, slug, deleted_at) values ('series', 'Late', 'late', now())"
    )
    second = (await operator.get(f"/api/v1/trash?limit=25&cursor={first['next']}")).json
    third = (await operator.get(f"/api/v1/trash?limit=25&cursor={second['next']}")).json
    slugs = [title["slug"] for answer in (first, second, third) for title in answer["titles"]]
    assert (len(slugs), set(slugs)) == (60, {f"gone-{n}" for n in range(1, 61)})
    assert (first["total"], third["next"]) == (60, None)
    (await operator.get("/api/v1/trash?cursor=nonsense")).problem(400, "bad_cursor")
    shown = await operator.page("/admin/trash")
    assert (await operator.page("/admin/trash?cursor=nonsense")).status == 200
    following = re.search(r'href="(/admin/trash\?cursor=[^"]*)"', shown.text)
    assert following is not None
    assert "Gone 60" in (await operator.page(following[1])).text
