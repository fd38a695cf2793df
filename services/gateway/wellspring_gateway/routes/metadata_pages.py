"""The pages of filling in a title's facts: what may be asked, and what would change."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response

from ..domain.editing import CHOICES, EPISODE_FIELDS, fit, parse_episode_edit, text_of
from ..domain.episodes import HIGHEST_SEASON, FieldError
from ..domain.metadata import Difference, Found, FoundEpisode, differences
from ..domain.titles import parse_number
from ..door import door_of
from .editing import errors_of
from .view import page


async def ways(
    request: Request,
    held: Mapping[str, Any],
    fields: Mapping[str, str],
    errors: Mapping[str, FieldError],
    *,
    candidates: Any = (),
    searched: bool = False,
    status: int = 200,
) -> Response:
    """Show the ways to a title's facts, with what was found or what is wrong."""
    context = {
        "title": held,
        "form": fields,
        "errors": errors_of(errors),
        "providers": list(door_of(request).metadata.providers),
        "kinds": CHOICES["kind"],
        "candidates": [vars(one) for one in candidates],
        "searched": searched,
    }
    return await page(request, "admin/title_metadata.html", context, status=status)


async def shown(
    request: Request,
    held: Mapping[str, Any],
    found: Found,
    *,
    errors: Mapping[str, FieldError] | None = None,
    conflict: bool = False,
) -> Response:
    """Show what facts would change of a title, each to be ticked."""
    texts = fit(found.texts, vet=door_of(request).vet)
    rows = differences(held, texts, locked=held["locked_fields"])
    context = {
        "title": held,
        "source": found.source,
        "page_url": found.page if found.page and urlsplit(found.page).scheme == "https" else None,
        "differences": rows,
        "errors": errors_of(errors or {}),
        "episode": None,
        "conflict": conflict,
    }
    return await page(request, "admin/title_found.html", context, status=409 if conflict or errors else 200)


async def shown_episode(request: Request, held: Mapping[str, Any], found: FoundEpisode) -> Response:
    """Show what the facts of an episode would change, where the title has it."""
    number, row = parse_number(found.number), None
    season = found.season or "1"
    if number is not None and season.isascii() and season.isdigit() and int(season[:9]) <= HIGHEST_SEASON:
        row = await door_of(request).metadata.editing.episode_at(held["id"], int(season[:9]), number)
    if row is None:
        missing = {"file": FieldError("unknown_episode", "no such episode")}
        return await ways(request, held, {}, missing, status=422)
    seen = {name: text_of(row[name]) for name in EPISODE_FIELDS}
    parsed = parse_episode_edit(found.name, found.aired_at)
    texts = {name: text_of(each) for name, each in parsed.items() if not isinstance(each, FieldError)}
    rows = [
        Difference(name, seen[name], text, "locked" if name in row["locked_fields"] else "changes")
        for name, text in texts.items()
        if text and text != seen[name]
    ]
    context = {
        "title": held,
        "source": "nfo",
        "page_url": None,
        "differences": rows,
        "errors": {},
        "episode": {**row, "seen": seen},
        "conflict": False,
    }
    return await page(request, "admin/title_found.html", context)
