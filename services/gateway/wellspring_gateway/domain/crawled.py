"""What a catalogue says of a title, made fit to keep, and which fields of ours it changes."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from wellspring_common.errors import Permanent
from wellspring_common.events.crawl import CrawledEpisode, CrawledTitle

from .episodes import HIGHEST_SEASON, LONGEST_ADDRESS, LONGEST_NAME, LONGEST_TEXT, QUALITIES, YEARS, Vet
from .matching import Standing
from .sources import SeenSource
from .text import is_storable, without_unseen
from .titles import HIGHEST_NUMBER

MOST_GENRES = 20
LONGEST_WORD = 120
LONGEST_KEY = 500
"""Characters. What is longer has no room in an index."""
HIGHEST_SCORE = Decimal("99.99")
MOST_EPISODES = 100_000
IDS = ("imdb_id", "tmdb_id", "anilist_id")
MOVING = frozenset({"status", "total_episodes", "score", "poster_url"})
"""Facts that change by themselves while a title runs."""


def facts_of(crawled: CrawledTitle, *, vet: Vet) -> dict[str, Any]:
    """Return the facts that a page states, by column, without what can't be kept."""
    released = crawled.released_on
    year = crawled.year or (released.year if released is not None else None)
    facts: dict[str, Any] = {
        "kind": crawled.kind,
        "title": _line(crawled.title, LONGEST_NAME) or _line(crawled.key, LONGEST_NAME),
        "original_title": _line(crawled.original_title, LONGEST_NAME),
        "synopsis": _text(crawled.synopsis),
        "poster_url": vetted(crawled.poster_url, vet),
        "genres": _genres(crawled.genres),
        "score": _score(crawled.score),
        "total_episodes": _among(crawled.total_episodes, range(MOST_EPISODES)),
        "release_date": released,
        "year": _among(year, YEARS),
        "status": crawled.status,
    }
    for name in ("format", "producer", "studio", "duration", "language", *IDS):
        facts[name] = _line(getattr(crawled, name), LONGEST_WORD)
    return {name: value for name, value in facts.items() if value not in (None, [])}


def changes(
    held: Mapping[str, Any], facts: Mapping[str, Any], *, standing: Standing, locked: Iterable[str]
) -> dict[str, Any]:
    """Return the columns of a title that a page changes. An operator's edits are locked and stay."""
    shut = frozenset(locked)
    return {
        name: value
        for name, value in facts.items()
        if name not in shut and held[name] != value and _may(standing, name, held[name])
    }


def _may(standing: Standing, name: str, value: Any) -> bool:
    if standing is Standing.MADE or value in (None, "", []):
        return True
    return standing is Standing.ADOPTED and name in MOVING


def key_fits(key: str) -> bool:
    """Return whether what a catalogue calls something can be kept and found again."""
    return 0 < len(key) <= LONGEST_KEY and is_storable(key)


def episode_fits(episode: CrawledEpisode) -> bool:
    """Return whether an episode's key and numbers can be kept."""
    number = episode.number
    return (
        key_fits(episode.key)
        and number.is_finite()
        and 0 <= number <= HIGHEST_NUMBER
        and number == round(number, 2)
        and 0 <= episode.season <= HIGHEST_SEASON
    )


def episode_facts(episode: CrawledEpisode) -> dict[str, Any]:
    """Return the facts of an episode, by column."""
    aired = episode.aired_on
    facts = {
        "name": _line(episode.name, LONGEST_NAME),
        "aired_at": datetime.combine(aired, time(), UTC) if aired is not None else None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def sources_of(episode: CrawledEpisode, *, vet: Vet) -> tuple[list[SeenSource], int]:
    """Return the pages of an episode that may be kept, each once, and how many were refused."""
    found: dict[tuple[int | None, str], SeenSource] = {}
    refused = 0
    for source in episode.sources:
        url = vetted(source.url, vet)
        if url is None or len(url) > LONGEST_ADDRESS or not is_storable(source.definition):
            refused += 1
            continue
        quality = _among(source.quality, QUALITIES)
        found[quality, url] = SeenSource(
            url=url,
            definition=source.definition,
            quality=quality,
            language=_line(source.language, LONGEST_WORD),
            key=episode.key,
        )
    return list(found.values()), refused


def vetted(url: str | None, vet: Vet) -> str | None:
    """Return a URL in its normal form, or nothing for one that may not be fetched."""
    if not url:
        return None
    try:
        return vet(url)
    except Permanent:
        return None


def _line(text: str | None, longest: int) -> str | None:
    words = " ".join(without_unseen(text or "").split())[:longest].strip()
    return words if words and is_storable(words) else None


def _text(text: str | None) -> str | None:
    words = without_unseen(text or "").strip()[:LONGEST_TEXT].strip()
    return words if words and is_storable(words) else None


def _genres(given: Iterable[str]) -> list[str]:
    words = [word for each in given if (word := _line(each, LONGEST_WORD)) is not None]
    return list(dict.fromkeys(words))[:MOST_GENRES]


def _score(given: Decimal | None) -> Decimal | None:
    if given is None or not given.is_finite() or not 0 <= given <= HIGHEST_SCORE:
        return None
    return round(given, 2)


def _among(value: int | None, allowed: range) -> int | None:
    return value if value is not None and value in allowed else None
