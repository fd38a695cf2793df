"""Films and shows in the founding document's shape, and when looking at one has its links found."""

from typing import Any

import pytest

from tests.unit.gateway.builders import HOUR, NOW, link
from wellspring_common.tunables import Tunables
from wellspring_gateway.domain.offers import Link
from wellspring_gateway.domain.streaming import (
    SCRAPED_AT_ONCE,
    Film,
    Part,
    Shelf,
    meant,
    most_wanting,
    movie,
    needs_scrape,
    wanting_first,
)

FILM = Film(3, "tt0111161", "The Glory", "the-glory", 2022, "series", None, "ko", "0123456789abcdef")
TUNABLES = Tunables()


def part(*links: Link, episode_id: int = 1, title_id: int = 3, has_source: bool = True) -> Part:
    return Part(episode_id, title_id, has_source, running=False, links=links)


def shown(*parts: Part) -> dict[str, Any]:
    return movie(FILM, Shelf(parts), base_url="https://tv.example", now=NOW, tunables=TUNABLES)


def needs(*parts: Part) -> bool:
    return needs_scrape(Shelf(parts), now=NOW, tunables=TUNABLES)


def test_a_show_has_the_documents_shape() -> None:
    assert shown(part(link(1, quality=1080))) == {
        "id": 3,
        "imdb_id": "tt0111161",
        "title": "The Glory",
        "year": 2022,
        "type": "show",
        "poster_url": "https://tv.example/posters/3/0123456789abcdef",
        "synopsis": None,
        "links": [
            {
                "id": 1,
                "source_url": "https://files.example/1.mp4",
                "is_active": True,
                "last_checked": NOW.isoformat(),
                "quality": "1080p",
                "language": "ko",
            }
        ],
    }


def test_links_are_told_episode_by_episode_the_best_first_and_no_dead_one() -> None:
    newest = part(link(1, quality=480), link(2, quality=720), link(3, state="dead"), episode_id=2)
    older = part(link(4, language="id"))
    other = part(link(5), title_id=4)
    found = shown(newest, older, other)["links"]
    assert [(each["id"], each["language"]) for each in found] == [(2, "ko"), (1, "ko"), (4, "id")]


def test_links_are_looked_for_when_none_is_active_or_all_were_found_a_day_ago() -> None:
    fresh, stale = link(1, scraped_at=NOW - 23 * HOUR), link(2, scraped_at=NOW - 25 * HOUR)
    assert needs()
    assert needs(part())
    assert needs(part(link(1, state="dead", scraped_at=NOW)))
    assert needs(part(stale), part())
    assert not needs(part(fresh))
    assert not needs(part(stale), part(fresh))


def test_a_few_episodes_are_scraped_those_without_links_first() -> None:
    parts = [
        part(link(1, scraped_at=NOW), episode_id=5),
        part(link(2, scraped_at=NOW - HOUR), episode_id=4),
        part(episode_id=3),
        part(episode_id=2, has_source=False),
        part(episode_id=1),
    ]
    assert [each.episode_id for each in most_wanting(parts)] == [3, 1, 4]
    assert len(most_wanting([part(episode_id=number) for number in range(5000)])) == SCRAPED_AT_ONCE


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("7", 7),
        ("tt0111161", "tt0111161"),
        ("0", None),
        ("9" * 40, None),
        (str(2**63), None),
        ("-1", None),
        ("٧", None),
        ("tt" + "1" * 40, None),
        ("tt'--", None),
        ("nm0000001", None),
        ("", None),
    ],
)
def test_a_title_is_meant_by_our_id_or_by_that_of_imdb(name: str, expected: int | str | None) -> None:
    assert meant(name) == expected


def test_the_episodes_that_want_links_most_come_first() -> None:
    rows: list[dict[str, Any]] = [
        {"id": 1, "live_links": 3, "checked_at": NOW},
        {"id": 2, "live_links": 1, "checked_at": NOW - HOUR},
        {"id": 3, "live_links": 0, "checked_at": NOW},
        {"id": 4, "live_links": 0, "checked_at": None},
    ]
    assert [row["id"] for row in wanting_first(rows)] == [4, 3, 2, 1]
