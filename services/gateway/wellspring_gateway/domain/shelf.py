"""What is chosen in the library, as its address says it."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from .listing import EARLIEST, KINDS, LATEST, STATUSES, Sort, Wanted, tidied

PAGE_SIZE = 24
YEAR_DIGITS = 4


def wanted_by(said: Mapping[str, str]) -> Wanted:
    """Return what an address asks for. What is nonsense in it filters nothing."""
    wanted = Wanted(
        query=said.get("q", ""),
        kind=_one_of(KINDS, said.get("kind")),
        genre=said.get("genre"),
        year=_year(said.get("year", "").strip()),
        language=said.get("language"),
        status=_one_of(STATUSES, said.get("status")),
        limit=PAGE_SIZE,
        cursor=said.get("cursor") or None,
    )
    sort = _one_of(tuple(Sort), said.get("sort"))
    wanted = tidied(wanted)
    default = Sort.RELEVANCE if wanted.query else Sort.NEWEST
    return tidied(replace(wanted, sort=Sort(sort) if sort else default))


def query_of(wanted: Wanted) -> dict[str, str]:
    """Return what is chosen as the fields of an address, without what goes without saying."""
    default = Sort.RELEVANCE if wanted.query else Sort.NEWEST
    chosen = {
        "q": wanted.query,
        "kind": wanted.kind,
        "genre": wanted.genre,
        "year": wanted.year,
        "language": wanted.language,
        "status": wanted.status,
        "sort": wanted.sort.value if wanted.sort is not default else None,
    }
    return {name: str(value) for name, value in chosen.items() if value}


def address_of(wanted: Wanted, **changes: str | None) -> str:
    """Return the address of the library with some of what is chosen changed."""
    fields = {name: value for name, value in (query_of(wanted) | changes).items() if value}
    return f"/?{urlencode(fields)}" if fields else "/"


def _one_of(known: tuple[str, ...], said: str | None) -> str | None:
    return said if said in known else None


def _year(said: str) -> int | None:
    is_year = said.isascii() and said.isdigit() and len(said) == YEAR_DIGITS
    return int(said) if is_year and EARLIEST <= int(said) <= LATEST else None
