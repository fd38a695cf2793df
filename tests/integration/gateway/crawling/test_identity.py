"""Which title a crawled one is, against a real library."""

from .conftest import Library
from .found import episode, title


async def add_title(library: Library, name: str, **columns: object) -> int:
    values = {"kind": "series", "title": name, "slug": name.lower().replace(" ", "-")} | columns
    places = ", ".join(f"${at}" for at in range(1, len(values) + 1))
    sql = f"insert into catalog.titles ({', '.join(values)}) values ({places}) returning id"
    added: int = await library.admin.fetchval(sql, *values.values())
    return added


async def test_a_changed_name_and_slug_make_no_twin_while_the_key_stays(library: Library) -> None:
    await library.store(title())
    await library.store(title("Frost Lantern: The Long Night", key="frost-lantern"))
    [row] = await library.rows("select title, slug from catalog.titles")
    assert row == {"title": "Frost Lantern: The Long Night", "slug": "frost-lantern"}


async def test_an_external_id_decides_before_the_name(library: Library) -> None:
    held = await add_title(library, "Yuki no Akari", anilist_id="991")
    await library.store(title(anilist_id="991"))
    [row] = await library.rows("select id, title, status from catalog.titles")
    # the operator's name stays, what was empty is filled
    assert row == {"id": held, "title": "Yuki no Akari", "status": "ongoing"}


async def test_a_name_and_year_that_only_one_title_has_decide(library: Library) -> None:
    held = await add_title(library, "FROST  Lantern!", year=2024)
    await library.store(title())
    assert [row["id"] for row in await library.rows("select id from catalog.titles")] == [held]
    assert await library.rows("select from catalog.merge_candidates") == []


async def test_episodes_of_an_adopted_title_are_not_added_again(library: Library) -> None:
    held = await add_title(library, "Frost Lantern", year=2024)
    ours = await library.admin.fetchval(
        "insert into catalog.episodes (title_id, number, name) values ($1, 1, 'Ours') returning id", held
    )
    tally = await library.store(title(episodes=[episode(1, name="Theirs"), episode(2)]))
    assert (tally.titles_changed, tally.episodes_added, tally.sources_added) == (1, 1, 2)
    rows = await library.rows("select id, name from catalog.episodes order by number")
    assert rows[0] == {"id": ours, "name": "Ours"}


async def test_the_same_name_in_another_year_is_another_title_and_is_listed(library: Library) -> None:
    older = await add_title(library, "Frost Lantern", year=1999)
    await library.store(title())
    rows = await library.rows("select id, slug from catalog.titles order by id")
    assert [row["slug"] for row in rows] == ["frost-lantern", "frost-lantern-2"]
    [doubt] = await library.rows("select title_id, other_id, reason, state from catalog.merge_candidates")
    assert doubt == {
        "title_id": rows[1]["id"],
        "other_id": older,
        "reason": "same_name",
        "state": "open",
    }


async def test_two_pages_of_one_name_in_one_catalogue_are_two_titles(library: Library) -> None:
    other = [episode(1, slug="frost-lantern-sub")]
    tally = await library.store(title(), title(key="frost-lantern-sub", episodes=other))
    assert tally.titles_added == 2
    assert len(await library.rows("select from catalog.merge_candidates where state = 'open'")) == 1
    again = await library.store(title(), title(key="frost-lantern-sub", episodes=other))
    assert again.titles_unchanged == 2


async def test_a_second_catalogue_finds_the_title_and_only_fills_what_is_empty(library: Library) -> None:
    await library.store(title(producer=None))
    theirs = title(
        key="x-77", synopsis="Another text.", producer="Lake & Co", status="completed", episodes=[episode(1)]
    )
    tally = await library.store(theirs, definition="other-site")
    assert tally.titles_added == 0
    [row] = await library.rows("select synopsis, producer, status from catalog.titles")
    assert row == {"synopsis": "A lamp that never melts.", "producer": "Lake & Co", "status": "ongoing"}
    # neither overwrites the other, however often both are read
    assert (await library.store(theirs, definition="other-site")).titles_unchanged == 1
    assert (await library.store(title(producer=None))).titles_unchanged == 1


async def test_an_id_that_another_title_has_is_not_taken_but_listed(library: Library) -> None:
    await library.store(title(), title("Salt Harbour", imdb_id="tt0000001"))
    await library.store(title(imdb_id="tt0000001"))
    ids = await library.rows("select slug, imdb_id from catalog.titles order by id")
    assert [row["imdb_id"] for row in ids] == [None, "tt0000001"]
    [doubt] = await library.rows("select reason from catalog.merge_candidates")
    assert doubt == {"reason": "same_id"}
