"""Editing titles and episodes by their pages: nothing is lost, nobody is overwritten, crawls stay out."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from .running import Gateway, Visitor


async def a_title(gateway: Gateway, show: str = "The Glory") -> int:
    """Store a title with an episode."""
    episode = await gateway.add_episode(show)
    return int(await gateway.sql.fetchval("select title_id from catalog.episodes where id = $1", episode))


async def seen(visitor: Visitor, title: int, path: str = "") -> dict[str, str]:
    """Return the fields of a title's page as a browser would send them back."""
    text = (await visitor.page(f"/admin/titles/{title}{path}")).text
    revision = re.search(r'name="revision" value="([^"]+)"', text)
    assert revision is not None, text[:2000]
    return {"revision": revision[1]}


async def row_of(gateway: Gateway, title: int) -> dict[str, Any]:
    """Return a title as it is stored."""
    return dict(await gateway.sql.fetchrow("select * from catalog.titles where id = $1", title) or {})


async def test_what_a_person_changes_is_stored_locked_told_and_written_down(gateway: Gateway) -> None:
    title, operator = await a_title(gateway), await gateway.signed_in("operator")
    fields = await seen(operator, title)
    answer = await operator.form(
        f"/admin/titles/{title}",
        **fields,
        title="The Glory",
        year="2022",
        genres="Drama, Thriller",
        score="8,1",
        tmdb_id="https://www.themoviedb.org/tv/136283-the-glory",
        poster_url="https://images.example/p.jpg",
    )
    assert (answer.status, answer.headers["Location"]) == (303, f"/admin/titles/{title}?saved=true")
    row = await row_of(gateway, title)
    assert (row["year"], row["genres"], float(row["score"]), row["tmdb_id"]) == (
        2022,
        ["Drama", "Thriller"],
        8.1,
        "136283",
    )
    assert row["locked_fields"] == ["genres", "poster_url", "score", "tmdb_id", "year"]
    wanted = await gateway.sql.fetchval("select source_url from catalog.posters where title_id = $1", title)
    assert wanted == "https://images.example/p.jpg"
    assert [event["change"] for event in await gateway.told("catalog.changed")] == ["changed"]
    deed = await gateway.sql.fetchrow("select action, target from access.audit order by id desc limit 1")
    assert deed is not None
    assert dict(deed) == {"action": "title.edited", "target": str(title)}
    shown = (await operator.page(f"/admin/titles/{title}")).text
    assert re.search(r'name="lock" value="year" checked', shown)
    assert not re.search(r'name="lock" value="title" checked', shown)
    assert f'href="/admin/titles/{title}"' in (await operator.page("/title/the-glory")).text


async def test_a_tick_taken_away_unlocks_and_nothing_else_is_told(gateway: Gateway) -> None:
    title, operator = await a_title(gateway), await gateway.signed_in("operator")
    await gateway.sql.execute("update catalog.titles set locked_fields = '{year,later}' where id = $1", title)
    answer = await operator.form(f"/admin/titles/{title}", **await seen(operator, title), title="The Glory")
    assert answer.status == 303
    assert (await row_of(gateway, title))["locked_fields"] == ["later"]
    assert await gateway.told("catalog.changed") == []


async def test_who_saves_second_sees_first_what_the_other_stored(gateway: Gateway) -> None:
    title = await a_title(gateway)
    first, second = await gateway.signed_in("operator"), await gateway.signed_in("operator")
    old, theirs = await seen(first, title), await seen(second, title)
    assert (await first.form(f"/admin/titles/{title}", **old, synopsis="By the first.")).status == 303
    answer = await second.form(f"/admin/titles/{title}", **theirs, synopsis="By the second.")
    assert answer.status == 409
    assert "By the first." in answer.text
    assert "By the second.</textarea>" in answer.text
    assert (await row_of(gateway, title))["synopsis"] == "By the first."
    revision = re.search(r'name="revision" value="([^"]+)"', answer.text)
    assert revision is not None
    again = await second.form(f"/admin/titles/{title}", revision=revision[1], synopsis="By the second.")
    assert again.status == 303
    assert (await row_of(gateway, title))["synopsis"] == "By the second."


async def test_a_refused_field_keeps_everything_that_was_entered(gateway: Gateway) -> None:
    title, other = await a_title(gateway), await a_title(gateway, "Another show")
    await gateway.sql.execute(
        "update catalog.titles set imdb_id = 'tt1234567', year = 2020 where id = $1", other
    )
    operator = await gateway.signed_in("operator", language="id")
    fields = await seen(operator, title)
    answer = await operator.form(f"/admin/titles/{title}", **fields, year="never", studio="Kept words")
    assert answer.status == 422
    assert 'aria-describedby="e-year"' in answer.text
    assert 'value="Kept words"' in answer.text
    taken = await operator.form(f"/admin/titles/{title}", **fields, imdb_id="tt1234567")
    assert taken.status == 409
    assert "Judul lain sudah memakai ID ini." in taken.text
    twin = await operator.form(f"/admin/titles/{title}", **fields, title="another SHOW")
    assert (twin.status, "Judul dengan nama ini sudah ada" in twin.text) == (409, True)
    apart = await operator.form(f"/admin/titles/{title}", **fields, title="another SHOW", year="1999")
    assert apart.status == 303


async def test_a_film_and_a_series_may_bear_one_number_of_tmdb(gateway: Gateway) -> None:
    title, film = await a_title(gateway), await a_title(gateway, "A film")
    await gateway.sql.execute("update catalog.titles set kind = 'movie', tmdb_id = '550' where id = $1", film)
    operator = await gateway.signed_in("operator")
    answer = await operator.form(f"/admin/titles/{title}", **await seen(operator, title), tmdb_id="550")
    assert answer.status == 303
    same = await operator.form(f"/admin/titles/{title}", **await seen(operator, title), kind="movie")
    assert (same.status, "Another title has this id." in same.text) == (409, True)


@pytest.mark.parametrize("path", ["", "/episodes", "/metadata"])
async def test_only_operators_edit_and_only_what_is_there(gateway: Gateway, path: str) -> None:
    title, viewer = await a_title(gateway), await gateway.signed_in("viewer")
    stranger, operator = await gateway.visitor(), await gateway.signed_in("operator")
    assert (await viewer.page(f"/admin/titles/{title}{path}")).status == 403
    assert (await stranger.page(f"/admin/titles/{title}{path}")).headers["Location"].startswith("/login")
    assert (await operator.page(f"/admin/titles/{title}{path}")).status == 200
    assert (await operator.page(f"/admin/titles/{2**62}{path}")).status == 404
    await gateway.sql.execute("update catalog.titles set deleted_at = now() where id = $1", title)
    assert (await operator.page(f"/admin/titles/{title}{path}")).status == 404
    if not path:
        await operator.page("/admin/titles/trash")
        operator.csrf = "another page's"
        assert (await operator.form(f"/admin/titles/{title}", title="x")).status == 403


async def test_names_and_days_of_episodes_are_stored_and_locked(gateway: Gateway) -> None:
    title = await a_title(gateway)
    other = await gateway.add_episode(number=2)
    episode = await gateway.sql.fetchval(
        "select id from catalog.episodes where title_id = $1 and number = 1", title
    )
    operator = await gateway.signed_in("operator")
    fields = {
        f"name-{episode}": "A beginning",
        f"seen-name-{episode}": "",
        f"aired_at-{episode}": "2022-12-30",
        f"seen-aired_at-{episode}": "",
        f"seen-lock-{episode}": "false",
        f"name-{other}": "",
        f"seen-name-{other}": "",
        f"aired_at-{other}": "",
        f"seen-aired_at-{other}": "",
        f"seen-lock-{other}": "false",
    }
    wrong = await operator.form(
        f"/admin/titles/{title}/episodes", **{**fields, f"aired_at-{episode}": "soon"}
    )
    assert (wrong.status, f'id="e-aired_at-{episode}"' in wrong.text) == (422, True)
    assert 'value="A beginning"' in wrong.text
    answer = await operator.form(f"/admin/titles/{title}/episodes", **fields)
    assert answer.status == 303
    rows = await gateway.sql.fetch(
        "select * from catalog.episodes where title_id = $1 order by number", title
    )
    assert (rows[0]["name"], rows[0]["aired_at"]) == ("A beginning", datetime(2022, 12, 30, tzinfo=UTC))
    assert [row["locked_fields"] for row in rows] == [["aired_at", "name"], []]
    assert [event["episode_ids"] for event in await gateway.told("catalog.changed")] == [[episode]]
    # who still has the old page is told, and nothing of theirs is stored
    stale = await operator.form(f"/admin/titles/{title}/episodes", **{**fields, f"name-{episode}": "Late"})
    assert (stale.status, "A beginning" in stale.text) == (409, True)
    freed = {
        f"name-{episode}": "A beginning",
        f"seen-name-{episode}": "A beginning",
        f"aired_at-{episode}": "2022-12-30",
        f"seen-aired_at-{episode}": "2022-12-30",
        f"seen-lock-{episode}": "true",
    }
    assert (await operator.form(f"/admin/titles/{title}/episodes", **freed)).status == 303
    left = await gateway.sql.fetchval("select locked_fields from catalog.episodes where id = $1", episode)
    assert left == []
