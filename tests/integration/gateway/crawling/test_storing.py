"""Titles, episodes and sources appear, once, and change only where the catalogue changed."""

import asyncio
from datetime import date
from decimal import Decimal

import pytest

from tests.integration.common.deliveries import delivery_of
from wellspring_common.events.crawl import CrawledSource
from wellspring_common.ids import uuid7
from wellspring_gateway.crawling import CrawlTally

from .conftest import Library
from .found import NOW, crawled, episode, title


async def test_what_a_crawl_finds_appears_and_is_told_once(library: Library) -> None:
    tally = await library.store(
        title(original_title="霜のランタン", studio="Northlight", released_on=date(2024, 4, 6))
    )
    assert tally == CrawlTally(titles_added=1, episodes_added=2, sources_added=2)
    [row] = await library.rows("select * from catalog.titles")
    assert (row["slug"], row["year"], row["studio"], row["score"]) == (
        "frost-lantern",
        2024,
        "Northlight",
        Decimal("7.81"),
    )
    assert (row["release_date"], row["genres"], row["kind"]) == (date(2024, 4, 6), ["Drama"], "series")
    assert await library.told() == [{"change": "added", "episodes": 2}]


async def test_a_crawl_that_finds_nothing_new_writes_and_tells_nothing(library: Library) -> None:
    pages = (title(), title("Salt Harbour", poster_url="https://anime.example/p.jpg"))
    await library.store(*pages)
    before, told = await library.stored(), await library.told()
    assert await library.store(*pages) == CrawlTally(titles_unchanged=2)
    assert await library.stored() == before
    assert await library.told() == told


async def test_an_event_that_comes_again_changes_nothing(library: Library) -> None:
    event = crawled(library.catalogue_id, title())
    delivery = delivery_of(event)
    assert await library.crawled.store("gateway", delivery, event, now=NOW) is not None
    before = await library.rows("select * from catalog.crawl_results")
    assert await library.crawled.store("gateway", delivery, event, now=NOW) is None
    assert await library.rows("select * from catalog.crawl_results") == before
    assert len(await library.told()) == 1


async def test_a_new_episode_is_told_as_added_and_the_old_ones_stay(library: Library) -> None:
    await library.store(title())
    tally = await library.store(title(episodes=[episode(3)], status="completed"))
    assert tally == CrawlTally(titles_changed=1, episodes_added=1, sources_added=1)
    numbers = await library.rows("select number from catalog.episodes order by number")
    assert [int(row["number"]) for row in numbers] == [1, 2, 3]
    assert await library.told() == [{"change": "added", "episodes": 2}, {"change": "added", "episodes": 1}]


async def test_a_catalogue_that_moved_keeps_its_titles_episodes_sources_and_links(library: Library) -> None:
    await library.store(title())
    sources = await library.rows("select id, episode_id from catalog.sources order by id")
    moved = [episode(number, host="https://anime.example.net") for number in (1, 2)]
    tally = await library.store(title(url="https://anime.example.net/anime/frost-lantern/", episodes=moved))
    assert tally == CrawlTally(titles_changed=1, sources_moved=2)
    assert await library.rows("select id, episode_id from catalog.sources order by id") == sources
    urls = await library.rows("select url from catalog.sources order by id")
    assert all(row["url"].startswith("https://anime.example.net/episode/") for row in urls)
    assert (await library.told())[-1] == {"change": "changed", "episodes": 2}


async def test_a_changed_slug_of_an_episode_with_one_page_moves_it_by_its_key(library: Library) -> None:
    await library.store(title(episodes=[episode(1)]))
    page = CrawledSource(url="https://anime.example/ep/renamed/", definition="otakudesu")
    tally = await library.store(title(episodes=[episode(1, sources=(page,))]))
    assert (tally.sources_moved, tally.sources_added) == (1, 0)
    assert [row["url"] for row in await library.rows("select url from catalog.sources")] == [page.url]


async def test_what_an_operator_locked_stays(library: Library) -> None:
    await library.store(title())
    await library.admin.execute(
        "update catalog.titles set title = 'Frost Lantern (uncut)', synopsis = 'Ours.',"
        " locked_fields = '{title,synopsis}'"
    )
    assert (await library.store(title(status="completed"))).titles_changed == 1
    [row] = await library.rows("select title, synopsis, status from catalog.titles")
    assert row == {"title": "Frost Lantern (uncut)", "synopsis": "Ours.", "status": "completed"}
    assert await library.store(title(status="completed")) == CrawlTally(titles_unchanged=1)


async def test_what_an_operator_locked_of_an_episode_stays(library: Library) -> None:
    await library.store(title(episodes=[episode(name="Theirs")]))
    await library.admin.execute("update catalog.episodes set name = 'Ours', locked_fields = '{name}'")
    await library.store(title(episodes=[episode(name="Theirs again", aired_on=date(2024, 4, 6))]))
    [row] = await library.rows("select name, aired_at from catalog.episodes")
    assert (row["name"], row["aired_at"].date()) == ("Ours", date(2024, 4, 6))


async def test_what_a_page_no_longer_says_stays(library: Library) -> None:
    await library.store(title())
    assert await library.store(title(synopsis=None, score=None, genres=(), year=None)) == CrawlTally(
        titles_unchanged=1
    )


async def test_a_title_in_parts_is_one_title_and_counted_once(library: Library) -> None:
    job = uuid7()
    parts = [title(episodes=[episode(number) for number in range(at, at + 150)]) for at in (1, 151, 301)]
    tallies = [await library.store(part, job_id=job) for part in parts]
    assert sum(tally.titles_added for tally in tallies) == 1
    assert sum(tally.titles_changed for tally in tallies) == 0
    [result] = await library.rows("select * from catalog.crawl_results")
    assert (result["titles_added"], result["episodes_added"]) == (1, 450)
    assert len(await library.rows("select from catalog.episodes")) == 450


async def test_two_replicas_that_store_the_same_title_at_once_make_no_twin(library: Library) -> None:
    events = [
        crawled(
            library.catalogue_id, title("Salt Harbour"), title(episodes=[episode(number)]), job_id=uuid7()
        )
        for number in (1, 2, 3, 1)
    ]
    await asyncio.gather(
        *(library.crawled.store("gateway", delivery_of(event), event, now=NOW) for event in events)
    )
    assert len(await library.rows("select from catalog.titles")) == 2
    assert len(await library.rows("select from catalog.episodes")) == 5
    assert len(await library.rows("select from catalog.sources")) == 5


async def test_a_title_in_the_trash_stays_there(library: Library) -> None:
    await library.store(title())
    await library.admin.execute("update catalog.titles set deleted_at = now()")
    before = await library.stored()
    assert await library.store(title(status="completed")) == CrawlTally(titles_unchanged=1)
    assert await library.stored() == before


async def test_a_title_in_the_trash_that_another_page_names_gets_no_twin(library: Library) -> None:
    """By name or by an id: it stays there, and that page is known to mean it from then on."""
    await library.store(title(year=2024))
    await library.store(title("Salt Harbour", key="salt", imdb_id="tt7"))
    await library.admin.execute("update catalog.titles set deleted_at = now()")
    other = "elsewhere"
    found = (title(key="frost", year=2024), title("Salt Harbour Again", key="salt-2", imdb_id="tt7"))
    assert await library.store(*found, definition=other) == CrawlTally(titles_unchanged=2)
    assert await library.store(*found, definition=other) == CrawlTally(titles_unchanged=2)
    rows = await library.rows("select title, deleted_at is null as seen from catalog.titles order by id")
    assert [(row["title"], row["seen"]) for row in rows] == [
        ("Frost Lantern", False),
        ("Salt Harbour", False),
    ]
    refs = await library.rows(
        "select external_key from catalog.catalog_refs where definition = $1 order by 1", other
    )
    assert [row["external_key"] for row in refs] == ["frost", "salt-2"]
    await library.admin.execute("update catalog.titles set deleted_at = null")
    assert (await library.store(*found, definition=other)).titles_added == 0


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://127.0.0.1/x", "file:///etc/passwd", "https://u:p@anime.example/"]
)
async def test_an_address_that_may_not_be_fetched_is_not_kept(library: Library, url: str) -> None:
    bad = CrawledSource(url=url, definition="otakudesu")
    tally = await library.store(title(poster_url=url, episodes=[episode(1, sources=(bad,))]))
    assert tally == CrawlTally(titles_added=1, episodes_added=1, refused=1)
    [row] = await library.rows("select poster_url from catalog.titles")
    assert row["poster_url"] is None


async def test_episodes_with_odd_numbers_are_kept_and_impossible_ones_refused(library: Library) -> None:
    numbers = ["0", "12.5", "1e9", "1.234"]
    tally = await library.store(title(episodes=[episode(number) for number in numbers]))
    assert (tally.episodes_added, tally.refused) == (2, 2)


async def test_a_catalogue_that_was_removed_while_it_was_read_changes_nothing(library: Library) -> None:
    event = crawled(library.catalogue_id, title())
    await library.catalogues.remove(library.catalogue_id)
    assert await library.crawled.store("gateway", delivery_of(event), event, now=NOW) is None
    assert await library.rows("select from catalog.titles") == []


async def test_a_wanted_picture_waits_for_the_sweep(library: Library) -> None:
    await library.store(title(poster_url="https://anime.example/one.jpg"))
    await library.admin.execute("update catalog.posters set next_try_at = 'infinity', failures = 3")
    await library.store(title(poster_url="https://anime.example/two.jpg"))
    [row] = await library.rows("select source_url, failures, next_try_at from catalog.posters")
    assert row == {"source_url": "https://anime.example/two.jpg", "failures": 0, "next_try_at": NOW}


async def test_two_keys_of_one_number_do_not_change_it_back_and_forth(library: Library) -> None:
    pages = [episode(1, name="The Lamp"), episode(1, key="lamp-special", name="Special")]
    await library.store(title(episodes=pages))
    before = await library.stored()
    assert await library.store(title(episodes=pages)) == CrawlTally(titles_unchanged=1)
    assert await library.stored() == before


async def test_the_name_that_a_person_gave_an_episode_stays(library: Library) -> None:
    await library.store(title(episodes=[episode(1)]))
    await library.admin.execute(
        "insert into catalog.episodes (title_id, season, number, name) "
        "select id, 1, 2, 'As we call it' from catalog.titles"
    )
    for _ in range(2):
        await library.store(title(episodes=[episode(2, name="Episode 2")]))
    assert await library.rows("select name from catalog.episodes where number = 2") == [
        {"name": "As we call it"}
    ]
