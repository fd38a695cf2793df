"""The API of the library's lists: search, filters, orders, pages."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from ...domain.budgets import Budget
from ...domain.cursors import LONGEST_CURSOR
from ...domain.documents.texts import ANY_TEXT
from ...domain.documents.titles import Genres, Kind, ListedTitle, Status, Titles, Year, poster_of
from ...domain.listing import LONGEST_FILTER, LONGEST_QUERY, MOST_ROWS, Sort, Wanted, tidied
from ...door import door_of
from ..guards import viewer, within

router = APIRouter(prefix="/api/v1", tags=["titles"])

Search = Annotated[
    str,
    Query(max_length=LONGEST_QUERY, description="What to look for.", json_schema_extra=ANY_TEXT),
]
Filter = Annotated[str | None, Query(max_length=LONGEST_FILTER)]


@router.get("/titles")
async def titles(
    request: Request,
    *,
    q: Search = "",
    kind: Kind | None = None,
    genre: Filter = None,
    year: Annotated[Year | None, Query()] = None,
    language: Filter = None,
    status: Status | None = None,
    sort: Sort | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 24,
    cursor: Annotated[str | None, Query(max_length=LONGEST_CURSOR)] = None,
) -> Titles:
    """Return titles page by page: all, or those that a search and every filter find.

    A search looks at names, original names, what is told of a title and its genres, and forgives typos. Left
    out, `sort` is relevance for a search, and else the newest first.
    """
    await viewer(request)
    if q:
        await within(request, Budget.SEARCH)
    order = sort or (Sort.RELEVANCE if q else Sort.NEWEST)
    wanted = Wanted(q, kind, genre, year, language, status, order, limit, cursor)
    found = await door_of(request).listing.titles(tidied(wanted))
    rows = [ListedTitle.model_validate({**row, "poster": poster_of(row)}) for row in found.rows]
    return Titles(titles=rows, next=found.next, total=found.total, meant=found.meant)


@router.get("/genres")
async def genres(request: Request) -> Genres:
    """Return the genres and languages that the library has."""
    await viewer(request)
    choices = await door_of(request).listing.choices()
    return Genres(genres=choices.genres, languages=choices.languages)
