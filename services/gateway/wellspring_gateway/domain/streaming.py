"""Titles as `link-management.md` shows them: a film or a show with the links that may be watched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from wellspring_common.offering import is_offered
from wellspring_common.tunables import Tunables

from .cursors import HIGHEST_ID
from .digits import number_in
from .offers import Link, in_order
from .records import ServerRecord

LISTED_EPISODES = 3
"""The newest episodes of a show whose links a list tells."""
SHOWN_EPISODES = 24
"""The newest episodes of a show whose links its own address tells."""
SCRAPED_AT_ONCE = 3
"""The most episodes that one request has scraped."""
STALE_AFTER = timedelta(hours=24)
_ID_DIGITS = 19
KIND_OF = {"movie": "movie", "show": "series"}
_TYPE_OF = {kind: word for word, kind in KIND_OF.items()}


@dataclass(frozen=True)
class Film:
    """A title, without its links."""

    id: int
    imdb_id: str | None
    title: str
    slug: str
    year: int | None
    kind: str
    synopsis: str | None
    language: str | None
    poster: str | None
    """The digest of its stored picture."""


@dataclass(frozen=True)
class Part:
    """An episode of a title with what is known of its links."""

    episode_id: int
    title_id: int
    has_source: bool
    running: bool
    """Whether a scrape of it waits or works."""
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Shelf:
    """Episodes of some titles, newest first, and what is known of the servers."""

    parts: tuple[Part, ...]
    records: Mapping[str, ServerRecord] = field(default_factory=dict)


def active(part: Part, shelf: Shelf, *, now: datetime, tunables: Tunables) -> list[Link]:
    """Return the links of an episode that may be watched, best first."""
    trust = timedelta(minutes=2 * tunables.probe_interval_minutes)
    offered = [link for link in part.links if is_offered(link, now=now, trust=trust)]
    return in_order(
        offered,
        offered=frozenset(link.id for link in offered),
        preferred=tunables.preferred_servers,
        records=shelf.records,
        seen_since=now - trust,
    )


def movie(film: Film, shelf: Shelf, *, base_url: str, now: datetime, tunables: Tunables) -> dict[str, Any]:
    """Return a title in the seed's shape, with its active links only."""
    parts = [part for part in shelf.parts if part.title_id == film.id]
    return {
        "id": film.id,
        "imdb_id": film.imdb_id,
        "title": film.title,
        "year": film.year,
        "type": _TYPE_OF[film.kind],
        "poster_url": f"{base_url}/posters/{film.id}/{film.poster}" if film.poster else None,
        "synopsis": film.synopsis,
        "links": [
            _shown(link, film) for part in parts for link in active(part, shelf, now=now, tunables=tunables)
        ],
    }


def needs_scrape(shelf: Shelf, *, now: datetime, tunables: Tunables) -> bool:
    """Return whether nothing may be watched, or all of it was found more than a day ago."""
    found = [
        link.scraped_at for part in shelf.parts for link in active(part, shelf, now=now, tunables=tunables)
    ]
    return all(moment is None or moment < now - STALE_AFTER for moment in found)


def most_wanting(parts: Sequence[Part]) -> list[Part]:
    """Return the few episodes to scrape: those without links first, then those found longest ago."""

    def key(part: Part) -> tuple[bool, float]:
        found = [link.scraped_at.timestamp() for link in part.links if link.scraped_at is not None]
        return (bool(found), max(found, default=0.0))

    return sorted((part for part in parts if part.has_source), key=key)[:SCRAPED_AT_ONCE]


def wanting_first(episodes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the episodes of a page: those with nothing to watch first, then those unseen for longest."""

    def key(row: Mapping[str, Any]) -> tuple[bool, float]:
        checked_at = row["checked_at"]
        return (row["live_links"] > 0, checked_at.timestamp() if checked_at is not None else 0.0)

    return sorted(episodes, key=key)


def meant(name: str) -> int | str | None:
    """Return the id of ours, or that of IMDb, in an address. Nothing for what is neither."""
    if (number := number_in(name, digits=_ID_DIGITS)) is not None:
        return number if 0 < number <= HIGHEST_ID else None
    return name if name.isascii() and name.isalnum() and name.startswith("tt") and len(name) < 20 else None  # noqa: PLR2004  (no id is longer)


def _shown(link: Link, film: Film) -> dict[str, Any]:
    return {
        "id": link.id,
        "source_url": link.url,
        "is_active": True,
        "last_checked": link.checked_at.isoformat() if link.checked_at else None,
        "quality": f"{link.quality}p" if link.quality else "auto",
        "language": link.language or film.language,
    }
