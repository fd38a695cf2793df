"""Crawls of the free libraries: collections, channels and categories become titles, and only once."""

import pytest

from tests.integration.scraper.libraries import Libraries
from wellspring_common.events.crawl import CrawlScope


async def test_a_collection_becomes_films_and_a_serial(shelf: Libraries) -> None:
    end, titles = await shelf.crawl("archive-org", "archive", CrawlScope.TAG, "lanternreels")
    assert (end.code, end.counts.titles, end.counts.failed) == (None, 13, 1)
    assert [one.code for one in end.problems] == ["not_found"]
    by_key = {title.key: title for title in titles}
    assert {title.kind for key, title in by_key.items() if key != "harbour-signal-1938"} == {"movie"}
    film = by_key["brass-orchard-1927"]
    assert (film.title, film.year, film.language, film.studio) == (
        "The Brass Orchard",
        1927,
        "en",
        "Lantern Reels",
    )
    assert film.synopsis is not None
    assert film.synopsis.endswith("Licence: https://creativecommons.org/publicdomain/mark/1.0/")
    assert film.poster_url == shelf.url("archive", "/services/img/brass-orchard-1927")
    assert [one.sources[0].url for one in film.episodes] == [
        shelf.url("archive", "/details/brass-orchard-1927")
    ]
    serial = by_key["harbour-signal-1938"]
    assert serial.kind == "series"
    assert [(int(one.number), one.name) for one in serial.episodes] == [
        (1, "The Red Lamp"),
        (2, "A Boat Too Many"),
        (3, "Fog by Contract"),
        (4, "The Keeper's Brother"),
        (5, "All Lamps Lit"),
    ]


async def test_what_a_crawl_finds_can_be_scraped(shelf: Libraries) -> None:
    found = {
        "archive-org": await shelf.crawl("archive-org", "archive", CrawlScope.TITLE, "harbour-signal-1938"),
        "peertube": await shelf.crawl("peertube", "peertube", CrawlScope.TAG, "quiet_rivers", limit=2),
        "wikimedia-commons": await shelf.crawl(
            "wikimedia-commons", "commons", CrawlScope.TITLE, "File:Weir at dawn.webm"
        ),
    }
    for definition, (end, titles) in found.items():
        assert end.code is None
        sources = [source for title in titles for one in title.episodes for source in one.sources]
        assert {source.definition for source in sources} == {definition}
        for source in sources:
            assert await shelf.links(definition, source.url), source


@pytest.mark.parametrize(
    ("definition", "host", "query", "titles"),
    [
        ("archive-org", "archive", "riverbulletins", 130),
        ("peertube", "peertube", "river_bulletins", 120),
        ("wikimedia-commons", "commons", "Sluice logs", 60),
    ],
)
async def test_a_list_longer_than_an_answer_is_read_to_its_end(
    shelf: Libraries, definition: str, host: str, query: str, titles: int
) -> None:
    end, found = await shelf.crawl(definition, host, CrawlScope.TAG, query)
    assert (end.code, end.counts.titles, end.counts.lists, end.counts.failed) == (None, titles, 2, 0)
    assert len({title.key for title in found}) == titles
    assert {len(title.episodes) for title in found} == {1}
    again, anew = await shelf.crawl(definition, host, CrawlScope.TAG, query)
    assert (again.counts.titles, again.counts.unchanged, anew) == (0, titles, [])


@pytest.mark.parametrize(
    ("definition", "host", "query", "expected"),
    [
        ("archive-org", "archive", "small clocks", {"Harbour of Small Clocks"}),
        ("peertube", "peertube", "weir", {"The Weir in April", "The Weir in August", "The Weir in December"}),
        ("wikimedia-commons", "commons", "sluice test", {"Sluice test 3 of 7"}),
    ],
)
async def test_a_search_finds_what_it_says(
    shelf: Libraries, definition: str, host: str, query: str, expected: set[str]
) -> None:
    end, titles = await shelf.crawl(definition, host, CrawlScope.SEARCH, query)
    assert end.code is None
    assert {title.title for title in titles} == expected
    none, nothing = await shelf.crawl(definition, host, CrawlScope.SEARCH, "nobody filmed this")
    assert (none.code, none.counts.titles, nothing) == (None, 0, [])


async def test_a_channel_tells_licence_and_maker(shelf: Libraries) -> None:
    _, titles = await shelf.crawl("peertube", "peertube", CrawlScope.TAG, "quiet_rivers@127.0.0.1")
    assert len(titles) == 8
    weir = next(title for title in titles if title.title == "The Weir in April")
    assert (weir.year, weir.studio, weir.language) == (2019, "Board of Quiet Rivers", "en")
    assert weir.synopsis is not None
    assert weir.synopsis.endswith("Licence: Attribution - Share Alike")


async def test_a_category_leaves_pictures_out_and_names_the_author(shelf: Libraries) -> None:
    category = "Films by the Board of Quiet Rivers"
    end, titles = await shelf.crawl("wikimedia-commons", "commons", CrawlScope.TAG, category)
    assert (end.code, len(titles)) == (None, 8)
    ice = next(title for title in titles if title.title == "Ice on the lock, part 2")
    assert (ice.studio, ice.year) == ("Ines Okonjo", 1950)
    assert ice.synopsis is not None
    assert ice.synopsis.endswith(
        "Licence: CC BY-SA 4.0 (https://creativecommons.org/licenses/by-sa/4.0), by Ines Okonjo"
    )


async def test_a_list_that_a_library_has_not_got_is_named(shelf: Libraries) -> None:
    end, titles = await shelf.crawl("archive-org", "archive", CrawlScope.ONGOING)
    assert (end.code, titles) == ("unsupported_scope", [])
