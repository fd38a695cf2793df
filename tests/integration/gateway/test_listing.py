"""Lists of titles against real Postgres: what is found, in which order, and page by page."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.postgres import open_database
from wellspring_common.settings import PostgresSettings
from wellspring_gateway.adapters.listing import PostgresListing
from wellspring_gateway.domain.listing import COUNTED, Listed, Sort, Wanted

SHELF = (
    ("The Glory", {"original_title": "더 글로리", "genres": ["Drama", "Thriller"], "year": 2022}),
    ("Glory Road", {"kind": "movie", "genres": ["Sport"], "year": 2006, "score": 7.2}),
    ("Glorious", {"kind": "movie", "language": "en"}),
    ("Morning Glory", {"synopsis": "A producer saves a show.", "status": "completed"}),
    ("Squid Game", {"original_title": "오징어 게임", "genres": ["Action", "Drama"], "language": "ko"}),
    ("Amélie", {"original_title": "Le Fabuleux Destin d'Amélie Poulain", "kind": "movie"}),
    ("Your Name", {"original_title": "君の名は。", "kind": "movie", "language": "ja", "score": 8.4}),
    ("Spider-Man: Homecoming", {"kind": "movie", "synopsis": "With great power, and no glory."}),
    ("שטיסל", {"original_title": "Shtisel", "language": "he"}),
    ("100% Wolf", {"kind": "movie"}),
    ("It's Okay to Not Be Okay", {"synopsis": "Two brothers.", "genres": ["Romance"]}),
    ("🎬🎬", {"synopsis": "Only pictures in its name."}),
)


@dataclass(frozen=True)
class Shelf:
    """An empty library, and what lists it."""

    listing: PostgresListing
    sql: "asyncpg.Connection[asyncpg.Record]"

    async def add(self, title: str, **more: Any) -> int:
        """Store a title and return its id."""
        columns = {"kind": "series", "title": title, "slug": f"slug-{title}", **more}
        places = ", ".join(f"${at}" for at in range(1, len(columns) + 1))
        sql = f"insert into catalog.titles ({', '.join(columns)}) values ({places}) returning id"
        found: int = await self.sql.fetchval(sql, *columns.values())
        return found

    async def found(self, query: str, **more: Any) -> list[str]:
        """Return the titles that a query finds, the best one first."""
        return names(await self.listing.titles(Wanted(query=query, sort=Sort.RELEVANCE, **more)))

    async def walk(self, wanted: Wanted, between: "Callable[[], Any] | None" = None) -> list[int]:
        """Return the ids on all pages, in their order."""
        seen, cursor = list[int](), None
        while True:
            listed = await self.listing.titles(replace(wanted, cursor=cursor))
            seen += [row["id"] for row in listed.rows]
            if (cursor := listed.next) is None:
                return seen
            assert len(listed.rows) == wanted.limit
            if between is not None:
                await between()


def names(listed: Listed) -> list[str]:
    return [row["title"] for row in listed.rows]


@pytest.fixture
async def shelf(database: FreshDatabase) -> AsyncGenerator[Shelf]:
    sql = await asyncpg.connect(database.admin_url)
    values = PostgresSettings(database_url=SecretStr(database.url_for("gateway")), database_pool_size=2)
    async with open_database(values, service="gateway") as held:
        yield Shelf(PostgresListing(held), sql)
    await sql.close()


@pytest.fixture
async def full(shelf: Shelf) -> Shelf:
    for title, more in SHELF:
        await shelf.add(title, **more)
    return shelf


async def test_the_best_fit_comes_first(full: Shelf) -> None:
    await full.add("Glory")
    await full.add("Some Story", original_title="Glory Days")
    await full.add("A Genre", genres=["Glory"])
    assert await full.found("glory") == [
        "Glory",  # the very title
        "Glory Road",  # begins with it
        "The Glory",  # holds it, the shorter one first
        "Morning Glory",
        "Some Story",  # another name of it
        "A Genre",
        "Spider-Man: Homecoming",  # only what is told of it
    ]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("glor", "Glorious"),  # while it is typed
        ("GLORY THE", "The Glory"),
        ("amelie", "Amélie"),
        ("ＡＭÉＬＩＥ", "Amélie"),
        ("destin d’amelie", "Amélie"),
        ("spider man", "Spider-Man: Homecoming"),
        ("its okay", "It's Okay to Not Be Okay"),
        ("okay romance", "It's Okay to Not Be Okay"),  # a name and a genre
        ("글로리", "The Glory"),
        ("징어", "Squid Game"),  # from the middle of a word
        ("名は", "Your Name"),
        ("君の名は。", "Your Name"),
        ("שטי", "שטיסל"),
        ("100%", "100% Wolf"),
        ("🎬", "🎬🎬"),
    ],
)
async def test_what_people_type_finds_what_they_mean(full: Shelf, query: str, first: str) -> None:
    assert (await full.found(query))[:1] == [first]


async def test_signs_are_found_in_their_order_only(full: Shelf) -> None:
    assert await full.found("は名") == []


@pytest.mark.parametrize(
    ("query", "meant", "first"),
    [
        ("glroy", "glory", "Glory Road"),
        ("squid gmae", "squid game", "Squid Game"),
        ("sqiud gane", "squid game", "Squid Game"),
        ("spidr man", "spider man", "Spider-Man: Homecoming"),
        ("homecomming", "homecoming", "Spider-Man: Homecoming"),
        ("shtisl", "shtisel", "שטיסל"),
        ("romnace", "romance", "It's Okay to Not Be Okay"),
    ],
)
async def test_a_misspelt_query_answers_what_was_meant(
    full: Shelf, query: str, meant: str, first: str
) -> None:
    listed = await full.listing.titles(Wanted(query=query, sort=Sort.RELEVANCE))
    assert (listed.meant, names(listed)[0]) == (meant, first)


async def test_a_query_that_finds_something_is_never_corrected(full: Shelf) -> None:
    await full.add("Glroy")
    listed = await full.listing.titles(Wanted(query="glroy", sort=Sort.RELEVANCE))
    assert (listed.meant, names(listed)) == (None, ["Glroy"])


async def test_a_title_that_came_just_now_is_known_to_the_spelling(full: Shelf) -> None:
    assert await full.found("casblanca") == []
    await full.add("Casablanca", genres=["War"])
    assert await full.found("casblanca") == ["Casablanca"]
    assert "War" in await full.listing.genres()


async def test_words_of_titles_that_are_gone_are_forgotten(full: Shelf) -> None:
    assert await full.found("squd") == ["Squid Game"]
    await full.sql.execute("update catalog.titles set deleted_at = now() where title = 'Squid Game'")
    await full.listing.purge()
    assert (await full.listing.titles(Wanted(query="squd"))).meant is None
    assert await full.listing.genres() == ["Drama", "Romance", "Sport", "Thriller"]
    assert (await full.listing.choices()).languages == ["en", "he", "ja"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(kind="movie", sort=Sort.SCORE), ["Your Name", "Glory Road", "100% Wolf"]),
        (Wanted(genre="Drama", sort=Sort.TITLE), ["Squid Game", "The Glory"]),
        (Wanted(year=2006), ["Glory Road"]),
        (Wanted(language="ko"), ["Squid Game"]),
        (Wanted(status="completed"), ["Morning Glory"]),
        (Wanted(query="glory", kind="movie", sort=Sort.NEWEST), ["Spider-Man: Homecoming", "Glory Road"]),
        (Wanted(query="glory", kind="movie", sort=Sort.RELEVANCE), ["Glory Road", "Spider-Man: Homecoming"]),
        (Wanted(sort=Sort.YEAR), ["The Glory", "Glory Road"]),
        (Wanted(genre="drama"), []),
    ],
)
async def test_lists_are_narrowed_down_and_sorted(full: Shelf, wanted: Wanted, found: list[str]) -> None:
    listed = await full.listing.titles(wanted)
    assert names(listed)[: len(found) or None][:3] == found


async def test_titles_in_the_trash_are_on_no_list(full: Shelf) -> None:
    await full.sql.execute("update catalog.titles set deleted_at = now() where title <> 'Glorious'")
    for sort in Sort:
        assert names(await full.listing.titles(Wanted(sort=sort))) == ["Glorious"]
    assert await full.found("glory") == []


async def test_many_titles_are_not_counted_but_met_on_the_way(shelf: Shelf) -> None:
    fill = """
        insert into catalog.titles (kind, title, slug)
        select 'series', 'Show ' || n, n from generate_series($1::int, $2::int) as n
        """
    await shelf.sql.execute(fill, 1, COUNTED)
    for wanted in (Wanted(), Wanted(query="show", sort=Sort.RELEVANCE)):
        assert (await shelf.listing.titles(wanted)).total == COUNTED
    await shelf.sql.execute(fill, COUNTED + 1, COUNTED + 1)
    for wanted in (Wanted(), Wanted(query="show", sort=Sort.RELEVANCE)):
        assert (await shelf.listing.titles(wanted)).total is None
    seen = await shelf.walk(Wanted(query="show", sort=Sort.RELEVANCE, limit=100))
    assert len(set(seen)) == len(seen) == COUNTED + 1
    assert (await shelf.found(f"show {COUNTED + 1}"))[0] == f"Show {COUNTED + 1}"


WALKS = st.builds(
    Wanted,
    query=st.sampled_from(["", "a", "some thing"]),
    kind=st.none() | st.just("movie"),
    sort=st.sampled_from(Sort),
    limit=st.integers(1, 9),
)
PEERS = st.lists(
    st.tuples(
        st.sampled_from(["a", "A", "some thing", "a some thing", "Ünder some thing"]),
        st.none() | st.sampled_from([1999, 2020]),
        st.none() | st.sampled_from([0, 7.5]),
        st.sampled_from(["series", "movie"]),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=WALKS, peers=PEERS)
async def test_a_walk_over_all_pages_meets_each_title_once_while_others_come(
    shelf: Shelf, wanted: Wanted, peers: list[tuple[str, int | None, float | None, str]]
) -> None:
    await shelf.sql.execute("delete from catalog.titles")
    count = 0

    async def come() -> None:
        nonlocal count
        count += 1
        if count < 20:
            await shelf.add("a some thing", slug=f"late-{count}", year=2020, score=7.5, kind="movie")

    for at, (title, year, score, kind) in enumerate(peers):
        await shelf.add(title, slug=str(at), year=year, score=score, kind=kind)
    there = await shelf.walk(wanted)
    assert len(set(there)) == len(there)
    asked = set(wanted.query.split())
    expected = [
        title
        for title, _, _, kind in peers
        if wanted.kind in {None, kind} and asked <= set(title.lower().split())
    ]
    assert len(there) == len(expected)
    walked = await shelf.walk(wanted, between=come)
    assert len(set(walked)) == len(walked)
    assert [each for each in walked if each in there] == there


HOSTILE = (
    *("%", "_", "\\", "'", '"', "''", "a & b | !c", ":*", "<->", "(((", "\x00", "\ud800", "*" * 200),
    *(
        "the of and",
        "x" * 5000,
        "a " * 2500,
        "🎬" * 90,
        "שלום \u202e عليكم",
        "君" * 200,
        "ᄀ" * 150,
        "é" * 200,
    ),
    *("1e309", "-5", "3.14", "http://a.example/?q=1", "a@b.example", "\u200b", "ﷺ" * 100, "İ", "ß"),
)


@pytest.mark.parametrize("query", HOSTILE)
async def test_hostile_queries_are_only_text(full: Shelf, query: str) -> None:
    for sort in (Sort.RELEVANCE, Sort.NEWEST):
        listed = await full.listing.titles(Wanted(query=query, genre=None, sort=sort))
        assert len(listed.rows) <= len(SHELF)
    assert (await full.listing.titles(Wanted(genre=query or "x", language=query))).total in {0, len(SHELF)}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=60), genre=st.none() | st.text(max_size=20))
async def test_no_text_crashes_a_search(full: Shelf, query: str, genre: str | None) -> None:
    wanted = Wanted(query=query, genre=genre, sort=Sort.RELEVANCE)
    assert len((await full.listing.titles(wanted)).rows) <= len(SHELF)


async def test_two_searches_learn_at_once_without_waiting_for_ever(full: Shelf) -> None:
    found = await asyncio.gather(*(full.found("squid gmae") for _ in range(8)), full.listing.purge())
    assert found[:8] == [["Squid Game"]] * 8
