"""What a catalogue says can spoil its own title at most, and never the others that came with it."""

import hashlib
from typing import Any

import pytest

from wellspring_common.events.crawl import CrawledSource

from .conftest import Library
from .found import DEFINITION, HOST, episode, title


def noise(length: int) -> str:
    """Return text that no compression makes shorter by much."""
    return "".join(hashlib.sha512(str(at).encode()).hexdigest() for at in range(length // 128 + 1))[:length]


LONG_PAGE = CrawledSource(url=f"{HOST}/{noise(8000)}", definition=DEFINITION)


@pytest.mark.parametrize(
    ("bad", "titles"),
    [
        ({"key": noise(9000)}, 2),
        ({"episodes": [episode(1, key=noise(9000))]}, 3),
        ({"episodes": [episode(1, sources=(LONG_PAGE,))]}, 3),
    ],
    ids=["a title's key", "an episode's key", "an address"],
)
async def test_what_no_index_can_hold_is_refused_alone(
    library: Library, bad: dict[str, Any], titles: int
) -> None:
    tally = await library.store(title("First"), title("Bad", **bad), title("Last"))
    assert (tally.titles_added, tally.refused) == (titles, 1)
    assert await library.rows("select from catalog.titles where title in ('First', 'Last')") == [{}, {}]


async def test_what_postgres_refuses_for_any_other_reason_is_refused_alone(library: Library) -> None:
    await library.admin.execute("alter table catalog.episodes add check (number <> 666)")
    bad = title("Bad", episodes=[episode(1, slug="bad"), episode(666, slug="bad")])
    tally = await library.store(title("First"), bad, title("Last"))
    assert (tally.titles_added, tally.episodes_added, tally.refused) == (2, 4, 1)
    rows = await library.rows("select title from catalog.titles order by id")
    assert [row["title"] for row in rows] == ["First", "Last"]


async def test_names_without_a_latin_letter_have_pages_of_their_own_however_many(library: Library) -> None:
    await library.admin.execute(
        "insert into catalog.titles (kind, title, slug) "
        "select 'series', 'Title ' || n, case n when 1 then 'title' else 'title-' || n end "
        "from generate_series(1, 1100) as n"
    )
    tally = await library.store(title("霜のランタン", key="a"), title("塩の港", key="b"))
    assert tally.titles_added == 2
    slugs = await library.rows("select slug from catalog.titles order by id desc limit 2")
    assert all(row["slug"].startswith("title-") for row in slugs)


async def test_an_id_that_a_title_in_the_trash_has_is_not_given_twice(library: Library) -> None:
    await library.store(title("Gone", imdb_id="tt7"), title("Here"))
    await library.admin.execute("update catalog.titles set deleted_at = now() where title = 'Gone'")
    tally = await library.store(title("Here", imdb_id="tt7", status="completed"))
    assert tally.titles_changed == 1
    rows = await library.rows("select title, imdb_id, status from catalog.titles order by id")
    assert [(row["title"], row["imdb_id"], row["status"]) for row in rows] == [
        ("Gone", "tt7", "ongoing"),
        ("Here", None, "completed"),
    ]


async def test_letters_that_turn_text_around_or_hide_in_it_are_left_out(library: Library) -> None:
    await library.store(title("Frost\u202e Lan\u200btern\x07", key="a"))
    assert await library.rows("select title from catalog.titles") == [{"title": "Frost Lantern"}]
