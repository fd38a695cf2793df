"""A library of any size, filled by COPY: its words are made up, and as common or rare as real ones."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import asyncpg

from wellspring_gateway.adapters.listing_queries import LEARN_ALL

A_TITLE = 20
"""Episodes of a title."""
GENRES = (
    *("Action", "Adventure", "Comedy", "Crime", "Documentary", "Drama", "Family", "Fantasy", "History"),
    *("Horror", "Music", "Mystery", "Romance", "School", "Science Fiction", "Sport", "Thriller", "War"),
)
LANGUAGES = ("en", "id", "ja", "ko", "th", "zh")
COMMON = ("the", "of", "a", "and", "in", "my", "love", "one", "last", "night")
NAMES, TOLD = 8_000, 20_000
_BEGINS = (
    *("b", "br", "ch", "d", "f", "g", "gr", "h", "j", "k", "kr", "l", "m", "n", "p", "r"),
    *("s", "sh", "t", "v"),
)
_MIDDLES = ("a", "e", "i", "o", "u", "ai", "ea", "ou")
_ENDS = ("", "l", "n", "r", "s", "t", "ng", "m")
_START = datetime(2020, 1, 1, tzinfo=UTC)
_COLUMNS = (
    *("kind", "title", "original_title", "slug", "year", "synopsis", "genres", "score", "status"),
    *("language", "created_at"),
)

# Rows that refer to each other are made in their right order: nobody has to check a million of them.
_REST = (
    "set session_replication_role = replica",
    f"""
    insert into catalog.episodes (title_id, season, number)
    select t.id, 1 + n / 13, 1 + n % 13
    from catalog.titles as t cross join generate_series(0, {A_TITLE - 1}) as n
    order by t.id, n
    """,
    """
    insert into catalog.sources (episode_id, quality, url, definition)
    select id, 720, 'https://h' || id % 50 || '.example/' || id, 'vcloud' from catalog.episodes
    where number <= 2 or id % 4 = 0
    """,
    """
    insert into links.links (source_id, episode_id, quality, server, label, kind, container, url, verified,
        scraped_at, expires_at, expiry_basis, refresh_class, job_id)
    select s.id, s.episode_id, 720, 'server ' || n, 'Server ' || n, 'stream', 'mp4',
        'https://pixel.example/' || s.episode_id || '/' || n, true, now(), now() + interval '6 hours',
        'parameter', 'safe', gen_random_uuid()
    from catalog.sources as s
    join catalog.episodes as e on e.id = s.episode_id and e.season = 1 and e.number <= 2
    cross join generate_series(1, 3) as n
    """,
    """
    insert into health.link_health (link_id, episode_id, generation, state, last_checked_at, last_ok_at,
        next_check_at)
    select id, episode_id, 1, 'alive', now(), now(), now() + interval '1 hour' from links.links
    """,
    """
    insert into links.jobs (id, kind, episode_id, title_id, lane, reason, state, requested_at, started_at,
        finished_at)
    select gen_random_uuid(), 'scrape', id, title_id, 'background', 'unwatched', 'succeeded',
        now() - id * interval '1 second', now(), now()
    from catalog.episodes where id % 10 = 0
    """,
    """
    insert into links.refresh_schedule (episode_id, due_at, why)
    select id, now() + interval '1 day', 'unwatched' from catalog.episodes
    """,
    "set session_replication_role = origin",
    LEARN_ALL,
    "vacuum analyze",
    "checkpoint",
)


@dataclass(frozen=True)
class Words:
    """What names and synopses are made of."""

    names: tuple[str, ...]
    told: tuple[str, ...]


@cache
def words() -> Words:
    """Return the words, the common ones first."""
    dice = random.Random(7)

    def some(count: int) -> tuple[str, ...]:
        found: dict[str, None] = dict.fromkeys(COMMON)
        while len(found) < count:
            syllables = range(dice.choice((1, 2, 2, 3)))
            found["".join(dice.choice(part) for _ in syllables for part in (_BEGINS, _MIDDLES, _ENDS))] = None
        return tuple(found)

    return Words(some(NAMES), some(TOLD))


def _drawn(dice: random.Random, known: tuple[str, ...], count: int) -> str:
    # the tenth word is met ten times as often as the hundredth
    return " ".join(known[int(len(known) ** dice.random()) - 1] for _ in range(count))


def titles(count: int, *, seed: int = 1) -> Iterator[tuple[object, ...]]:
    """Yield the rows of titles, the same ones each time."""
    dice, known = random.Random(seed), words()
    for n in range(1, count + 1):
        name = _drawn(dice, known.names, dice.choice((1, 2, 2, 3, 3, 4))).title()
        yield (
            "movie" if n % 5 == 0 else "series",
            name,
            _drawn(dice, known.names, 2) if n % 3 == 0 else None,
            f"title-{n}",
            1990 + dice.randrange(35) if n % 20 else None,
            _drawn(dice, known.told, 40),
            dice.sample(GENRES, 3),
            round(dice.uniform(4, 9.9), 2) if n % 10 else None,
            dice.choice(("ongoing", "completed", None)),
            LANGUAGES[n % len(LANGUAGES)],
            _START + timedelta(minutes=n * 13 % 2_000_000),
        )


async def fill(admin_url: str, episodes: int) -> None:
    """Fill an empty database with so many episodes and what hangs on them."""
    admin = await asyncpg.connect(admin_url, timeout=30)
    try:
        await admin.copy_records_to_table(
            "titles",
            schema_name="catalog",
            columns=_COLUMNS,
            records=titles(episodes // A_TITLE),
            timeout=300,
        )
        for statement in _REST:
            await admin.execute(statement, timeout=300)
    finally:
        await admin.close()
