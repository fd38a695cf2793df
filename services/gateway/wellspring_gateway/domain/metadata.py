"""What a provider or a file says of a title, and what that would change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .digits import plain
from .editing import FIELDS, texts_of

PROVIDERS = ("tmdb", "anilist")
SOURCES = (*PROVIDERS, "nfo")
MOST_CANDIDATES = 10
_HUGE = 10**15


@dataclass(frozen=True)
class Candidate:
    """A title that may be the one that was searched for: a person says whether it is."""

    provider: str
    key: str
    kind: str
    title: str
    original_title: str = ""
    year: str = ""
    synopsis: str = ""
    picture: str | None = None
    """Where its small picture is, below the provider's own address of pictures."""
    page: str | None = None


@dataclass(frozen=True)
class FoundEpisode:
    """What a file says of one episode."""

    season: str
    number: str
    name: str
    aired_at: str


@dataclass(frozen=True)
class Found:
    """Facts of one title, as texts of the fields of its page."""

    source: str
    texts: Mapping[str, str]
    page: str | None = None
    episode: FoundEpisode | None = None


@dataclass(frozen=True)
class Difference:
    """One field, as it is and as it was found: `fills`, `changes`, or `locked` by a person."""

    name: str
    held: str
    found: str
    verdict: str


def differences(
    row: Mapping[str, Any], found: Mapping[str, str], *, locked: Iterable[str]
) -> list[Difference]:
    """Return the fields that differ. What was not found changes nothing."""
    held, shut = texts_of(row), frozenset(locked)
    return [
        Difference(name, held[name], found[name], _verdict(name, held[name], shut))
        for name in FIELDS
        if found.get(name) and found[name] != held[name]
    ]


def _verdict(name: str, held: str, locked: frozenset[str]) -> str:
    if name in locked:
        return "locked"
    return "changes" if held and held != "unknown" else "fills"


def text(value: Any) -> str:
    """Return a plain value of an answer as text, and nothing for what is none."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if not abs(value) <= _HUGE:  # so that what is no number is none either
        return ""
    return plain(value) if isinstance(value, float) else str(value)


def part(value: Any, *names: str) -> Any:
    """Return what lies at the end of a path of names, nothing where an answer has another shape."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def items(value: Any) -> list[Any]:
    """Return a list of an answer, bounded, and an empty one for what is none."""
    return value[:100] if isinstance(value, list) else []


def joined(values: Iterable[Any], *, most: int) -> str:
    """Return the first texts of a list as one, with commas between them and none inside."""
    words = [text(value).replace(",", " ") for value in values]
    return ", ".join([word for word in words if word][:most])
