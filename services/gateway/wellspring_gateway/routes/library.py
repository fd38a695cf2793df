"""The library and the page of a title."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..domain.access import safe_next
from ..domain.budgets import Budget
from ..domain.home import SHOWN, is_home, parted
from ..domain.language import SUPPORTED
from ..domain.parts import part_links
from ..domain.shelf import address_of, query_of, wanted_by
from ..domain.text import is_storable
from ..door import door_of
from .guards import checked, within
from .outside import elsewhere
from .problems import Problem
from .view import THEMES, YEAR_S, from_cursor, page, session_of

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
    at_home = is_home(wanted)
    recent, rest = parted(listed.rows, goes_on=at_home and listed.next is not None)
    context = {
        "home": await _home(request) if at_home else None,
        "recent": [_card(row) for row in recent],
        "titles": [_card(row) for row in rest],
        "wanted": wanted,
        "shown": query_of(wanted),
        "total": listed.total,
        "meant": listed.meant,
        "genres": choices.genres,
        "languages": choices.languages,
        "next_url": address_of(wanted, cursor=listed.next) if listed.next else None,
        "start_url": address_of(wanted) if wanted.cursor else None,
    }
    return await page(request, "library.html", context)


async def _home(request: Request) -> dict[str, Any]:
    """Return the rows of the home page: where somebody goes on, and which titles got episodes."""
    home, session = door_of(request).holdings.home, await session_of(request)
    return {
        "going_on": [
            {"on": one, "title": _with_poster(one.title), "watch_url": _watch_url(one.episode_id)}
            for one in (await home.going_on(session.user.id, SHOWN) if session is not None else [])
        ],
        "new_episodes": [
            {"episode": one, "title": _with_poster(one.title), "watch_url": _watch_url(one.episode_id)}
            for one in await home.new_episodes(SHOWN)
        ],
    }


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


def _card(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**_with_poster(row), "first_watch_url": _watch_url(row["first_episode"])}


def _with_poster(row: Mapping[str, Any]) -> dict[str, Any]:
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
