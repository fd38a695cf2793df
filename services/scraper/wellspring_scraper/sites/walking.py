"""Rows within rows, on one page or on pages of their own."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from wellspring_common.errors import Permanent
from wellspring_common.fetch.page import Page
from wellspring_common.fetch.page import Request as Asked

from .asking import Run
from .document import Document
from .resolve_part import Rows
from .rows import Row, rows_of
from .steps import run_steps

MOST_PAGES = 50
MOST_TRIED = 20_000
"""Rows of all levels: four times the episodes of the longest series."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Leaf:
    """One of the innermost rows, with the fields of all rows around it, and the page that it is on."""

    rows: Rows
    row: Row
    document: Document


@dataclass
class Walk:
    """The innermost rows of a group, in order. `seen` counts rejected ones too, `tried` rows of any level."""

    leaves: list[Leaf] = field(default_factory=list)
    seen: int = 0
    tried: int = 0


def walk(
    rows: Rows,
    document: Document,
    scope: Mapping[str, str],
    run: Run,
    *,
    most: int,
    within: Row | None = None,
) -> Generator[Asked, Page, Walk]:
    """Go through the rows of a group, and ask for the pages that rows within them are on.

    Raises `Permanent` with `page_too_complex` where elements that are within each other hold the same rows
    again and again, which on a small page can be millions.
    """
    found = rows_of(rows, document, scope, run, most=most, within=within)
    if not rows.rows:
        return Walk([Leaf(rows, row, document) for row in found.kept], found.seen, found.tried)
    all_of_it = Walk(tried=found.tried)
    for row in found.kept[:MOST_PAGES] if rows.steps else found.kept:
        inner_page: Document | None = document
        inside = row
        if rows.steps:
            inner_page = yield from run_steps(rows.steps, row.scope, run)
            named = {name for step in rows.steps for name in step.fields}
            inside = Row(row.scope, None, row.own | named)
        if inner_page is None:
            continue
        for inner in rows.rows:
            part = yield from walk(inner, inner_page, row.scope, run, most=most, within=inside)
            all_of_it.leaves += part.leaves
            all_of_it.seen += part.seen
            all_of_it.tried += part.tried
            if all_of_it.tried > MOST_TRIED:
                raise Permanent("The page has too many rows within rows.", code="page_too_complex")
    return all_of_it


def without_asking(steps: Generator[Asked, Page, _T]) -> _T:
    """Run what needs no further page. It is an error of the program where it does."""
    try:
        request = next(steps)
    except StopIteration as done:
        found: _T = done.value
        return found
    raise RuntimeError(f"a page is asked for where none can be had: {request.url}")
