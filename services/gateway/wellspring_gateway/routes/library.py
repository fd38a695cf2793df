"""The library and the page of a title."""

from dataclasses import replace
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..domain.access import safe_next
from ..domain.budgets import Budget
from ..domain.language import SUPPORTED
from ..domain.parts import part_links
from ..domain.shelf import address_of, query_of, wanted_by
from ..domain.text import is_storable
from ..door import door_of
from .guards import checked, within
from .outside import elsewhere
from .problems import Problem
from .view import THEMES, YEAR_S, from_cursor, page

router = APIRouter(include_in_schema=False)


@router.get("/")
async def library(request: Request) -> Response:
    """Show the library: everything that is chosen stands in the address."""
    door = door_of(request)
    wanted = wanted_by(request.query_params)
    if wanted.query:
        await within(request, Budget.SEARCH)
    listed = await from_cursor(
        lambda place: door.listing.titles(replace(wanted, cursor=place)), wanted.cursor or ""
    )
    choices = await door.listing.choices()
    context = {
        "titles": [
            {**_with_poster(row), "first_watch_url": _watch_url(row["first_episode"])} for row in listed.rows
        ],
        "wanted": wanted,
        "shown": query_of(wanted),
        "total": listed.total,
        "meant": listed.meant,
        "genres": choices.genres,
        "languages": choices.languages,
        "next_url": address_of(wanted, cursor=listed.next) if listed.next else None,
    }
    return await page(request, "library.html", context)


@router.get("/title/{slug}")
async def title(request: Request, slug: str) -> Response:
    """Show one title with its episodes."""
    door = door_of(request)
    chosen = request.query_params
    found = (
        await door.catalog.title(slug, season=chosen.get("season", ""), start=chosen.get("from", ""))
        if is_storable(slug)
        else None
    )
    if found is None:
        raise Problem("not_found", "There is no title at this address.")
    episodes = [_episode(row) for row in found["episodes"]]
    seasons = [
        {"season": season, "episodes": list(group)}
        for season, group in groupby(episodes, key=lambda episode: episode["season"])
    ]
    context = {
        "title": {**_with_poster(found), "episode_count": sum(part.episodes for part in found["parts"])},
        "seasons": seasons,
        "ways": part_links(found["parts"], found["shown"], found["slug"]),
        "first_watch_url": _watch_url(found["first_episode"]),
        "elsewhere": await elsewhere(request, found),
        "refresh_paused": door.tunables.current.refresh_paused,
    }
    return await page(request, "title.html", context)


@router.post("/preferences")
async def preferences(request: Request) -> Response:
    """Remember a language or a theme, for browsers without scripts."""
    await checked(request)
    form = await request.form()
    response = RedirectResponse(safe_next(str(form.get("next") or "/")), status_code=303)
    for field, cookie, allowed in (("lang", "ws_lang", tuple(SUPPORTED)), ("theme", "ws_theme", THEMES)):
        if form.get(field) in allowed:
            # scripts set these too, so they are plain cookies
            response.set_cookie(cookie, str(form[field]), max_age=YEAR_S, path="/", samesite="lax")
    return response


def _with_poster(row: dict[str, Any]) -> dict[str, Any]:
    url = f"/posters/{row['id']}/{row['poster']}" if row["poster"] else None
    return {**row, "poster_url": url}


def _watch_url(episode_id: int | None) -> str | None:
    return f"/watch/{episode_id}" if episode_id is not None else None


def _episode(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "watch_url": _watch_url(row["id"]),
        "state": "scraping" if row["job_state"] else "resting",
    }
