"""Texts of a title's page as the values that a catalogue keeps."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from urllib.parse import urljoin, urlsplit

from ..domain.dates import date_of
from .pattern import pattern

LONGEST_LINE = 300
LONGEST_SYNOPSIS = 8000
LONGEST_URL = 2000
MOST_GENRES = 30
_KNOWN_YEARS = range(1880, 2200)
_MOST_EPISODES = 10_000
_HIGHEST_SCORE = 100
_HIGHEST_NUMBER = 999_999
_MOVIE = r"(?i)^\s*(?:movie|film|bioskop)s?\b"
_ONGOING = r"(?i)\b(?:on-?\s?going|airing|running|berjalan|tayang|sedang)\b"
_COMPLETED = r"(?i)\b(?:completed?|finished|ended|tamat|selesai|lengkap)\b"


def line_of(text: str) -> str | None:
    """Return a text on one line, bounded, or nothing for an empty one or a dash."""
    found = " ".join(text.split())[:LONGEST_LINE].strip()
    return found if found.strip("-\u2013?: ") else None


def paragraph_of(text: str) -> str | None:
    """Return a longer text, bounded."""
    return text.strip()[:LONGEST_SYNOPSIS] or None


def list_of(text: str) -> tuple[str, ...]:
    """Return the values of a field of several lines, or of one line with commas."""
    parts = text.split("\n") if "\n" in text else text.split(",")
    found = (line for part in parts if (line := line_of(part)) is not None)
    return tuple(dict.fromkeys(found))[:MOST_GENRES]


def number_of(text: str) -> Decimal | None:
    """Return the first number in a text: `Episode 12.5` and `Skor: 8,11` have one, `Unknown` has none."""
    found = pattern(r"(\d{1,30}(?:[.,]\d{1,2})?)").first(text)
    number = None if found is None else Decimal(found.replace(",", "."))
    return number if number is not None and number <= _HIGHEST_NUMBER else None


def score_of(text: str) -> Decimal | None:
    """Return a score."""
    found = number_of(text)
    return found if found is not None and 0 < found <= _HIGHEST_SCORE else None


def count_of(text: str) -> int | None:
    """Return a number of episodes, or nothing where it is not known yet."""
    found = number_of(text)
    return int(found) if found is not None and 0 < found <= _MOST_EPISODES else None


def year_of(text: str, day: date | None = None) -> int | None:
    """Return the year in a text, else that of a day."""
    found = pattern(r"(?:^|\D)(\d{4})(?:\D|$)").first(text)
    if found is not None and int(found) in _KNOWN_YEARS:
        return int(found)
    return None if day is None else day.year


def day_of(text: str, now: datetime) -> date | None:
    """Return the day in a text."""
    return date_of(text, now) if text else None


def status_of(text: str) -> Literal["ongoing", "completed"] | None:
    """Return whether a title goes on, by what English and Indonesian sites call it."""
    if pattern(_ONGOING).found(text):
        return "ongoing"
    return "completed" if pattern(_COMPLETED).found(text) else None


def kind_of(kind: str, form: str, *, episodic: bool) -> Literal["series", "movie"]:
    """Return the kind that a page names, else what its format amounts to."""
    told = kind or form
    if told:
        return "movie" if pattern(_MOVIE).found(told) else "series"
    return "series" if episodic else "movie"


def address_of(text: str, base: str) -> str | None:
    """Return a web address as it is meant on a page, or nothing for anything else."""
    try:
        found = urljoin(base, text.strip())
        parts = urlsplit(found)
    except ValueError:
        return None
    fit = parts.scheme in {"http", "https"} and parts.hostname and len(found) <= LONGEST_URL
    return found if text.strip() and fit else None
