"""What somebody wants listed, and the pages of the answer."""

import hashlib
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from . import cursors
from .text import is_storable, without_unseen

KINDS = ("series", "movie")
STATUSES = ("ongoing", "completed")
LONGEST_QUERY = 200
LONGEST_FILTER = 100
MOST_ROWS = 100
COUNTED = 100
"""Up to so many titles are counted. Of more nobody needs the number."""
EARLIEST, LATEST = 1870, 2200


class Sort(StrEnum):
    """Orders of a list of titles."""

    NEWEST = "newest"
    TITLE = "title"
    YEAR = "year"
    SCORE = "score"
    RELEVANCE = "relevance"


@dataclass(frozen=True)
class Wanted:
    """Which titles, in which order, from where. Whatever is `None` or empty filters nothing."""

    query: str = ""
    kind: str | None = None
    genre: str | None = None
    year: int | None = None
    language: str | None = None
    status: str | None = None
    sort: Sort = Sort.NEWEST
    limit: int = 24
    cursor: str | None = None

    @property
    def narrowed(self) -> bool:
        """Return whether anything is chosen beside the words and the kind."""
        return any(each is not None for each in (self.genre, self.year, self.language, self.status))

    @property
    def filtered(self) -> bool:
        """Return whether anything but the whole library is wanted."""
        return bool(self.query) or self.kind is not None or self.narrowed


@dataclass(frozen=True)
class Listed:
    """One page. `total` is `None` beyond `COUNTED`, `next` where it is the last page.

    `meant` is the query that was answered instead, where the one that was asked finds nothing.
    """

    rows: list[dict[str, Any]]
    next: str | None
    total: int | None
    meant: str | None = None


@dataclass(frozen=True)
class Choices:
    """What lists can be narrowed down to: every genre and every language there is."""

    genres: list[str]
    languages: list[str]


@dataclass(frozen=True)
class After:
    """The last row of the page before: what it is sorted by, its id, and the query that found it."""

    key: str
    id: int
    query: str


def cleaned(text: str, longest: int) -> str:
    """Return a text from outside as it can be searched for: without NUL, what nobody sees, and its length."""
    kept = without_unseen("".join(letter for letter in text if is_storable(letter)))
    return " ".join(kept.split())[:longest].strip()


def tidied(wanted: Wanted) -> Wanted:
    """Return what is wanted in its one form: sorted by relevance only where there is a query."""
    query = cleaned(wanted.query, LONGEST_QUERY)
    sort = Sort.NEWEST if wanted.sort is Sort.RELEVANCE and not query else wanted.sort
    return replace(
        wanted,
        query=query,
        genre=cleaned(wanted.genre or "", LONGEST_FILTER) or None,
        language=cleaned(wanted.language or "", LONGEST_FILTER) or None,
        sort=sort,
        limit=max(1, min(wanted.limit, MOST_ROWS)),
    )


def encode_cursor(wanted: Wanted, after: After) -> str:
    """Return the opaque text that stands for the place behind a row."""
    return cursors.encode_cursor(_list_of(wanted), after.key, after.id, after.query)


def decode_cursor(wanted: Wanted) -> After | None:
    """Return the place that a page begins behind. Raises `Permanent` for one that this list never gave."""
    if wanted.cursor is None:
        return None
    key = cursors.words if wanted.sort is Sort.TITLE else _number
    return After(*cursors.decode_cursor(_list_of(wanted), wanted.cursor, (key, cursors.row_id, _query)))


def _number(text: str) -> str:
    if not abs(Decimal(cursors.words(text))) < 2**53:
        raise ValueError("no number")
    return text


def _query(text: str) -> str:
    return cleaned(cursors.words(text), LONGEST_QUERY)


def _list_of(wanted: Wanted) -> str:
    """Return what tells one list from another: a cursor of one leads nowhere in another."""
    parts = (wanted.query, wanted.kind, wanted.genre, wanted.year, wanted.language, wanted.status)
    return f"titles {hashlib.sha256(repr((*parts, wanted.sort.value)).encode()).hexdigest()[:12]}"
