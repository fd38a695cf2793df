"""The page of a title, and having its links found anew."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..domain.budgets import Budget
from ..domain.home import Mark
from ..domain.parts import part_links
from ..domain.streaming import SCRAPED_AT_ONCE, Part, wanting_first
from ..domain.text import is_storable
from ..domain.titles import number_text
from ..door import door_of
from ..force import REASON
from ..streaming import Started, refresh, shown
from .guards import checked, seeker, within
from .library import watch_url, with_poster
from .outside import elsewhere
from .problems import Problem
from .saved import is_saved
from .view import page, session_of

LONGEST_WAIT_S = 3600
WAIT_DIGITS = 4
LOOKED_AT = 2 * SCRAPED_AT_ONCE
"""Of so many episodes those are scraped that have a page to scrape."""

router = APIRouter(include_in_schema=False)


@router.get("/title/{slug}")
async def title(request: Request, slug: str) -> Response:
    """Show one title with its episodes, and how far whoever is signed in came."""
    door, found = door_of(request), await _found(request, slug, request.query_params)
    session = await session_of(request)
    on, marks = None, dict[int, Mark]()
    if session is not None:
        ids = [row["id"] for row in found["episodes"]]
        on, marks = await door.holdings.home.of_title(session.user.id, found["id"], ids)
    episodes = [_episode(row, marks.get(row["id"])) for row in found["episodes"]]
    seasons = [
        {"season": season, "episodes": list(group)}
        for season, group in groupby(episodes, key=lambda episode: episode["season"])
    ]
    context = {
        "title": {**with_poster(found), "episode_count": sum(part.episodes for part in found["parts"])},
        "seasons": seasons,
        "working": [episode for episode in episodes if episode["state"] == "scraping"],
        "on": on,
        "on_url": watch_url(on.episode_id) if on is not None else None,
        "ways": part_links(found["parts"], found["shown"], found["slug"]),
        "first_watch_url": watch_url(found["first_episode"]),
        "refresh": {"url": f"/title/{found['slug']}/refresh", "fields": _place(found)},
        "told": _told(request),
        "saved": await is_saved(request, found["id"]),
        "elsewhere": await elsewhere(request, found),
        "refresh_paused": door.tunables.current.refresh_paused,
    }
    return await page(request, "title.html", context)


@router.post("/title/{slug}/refresh")
async def refresh_links(request: Request, slug: str) -> Response:
    """Have the links of the episodes that need it most found, and return to the page, which tells of it."""
    await checked(request)
    session = await seeker(request)
    await within(request, Budget.SCRAPE)
    form = await request.form()
    door, found = door_of(request), await _found(request, slug, form)
    film = await door.compat.streaming.film(found["id"])
    if film is None:
        raise Problem("not_found", "There is no title at this address.")
    parts: list[Part] = []
    for row in wanting_first(found["episodes"])[:LOOKED_AT]:
        parts += (await shown(door, film, season=row["season"], number=row["number"])).parts
    who = session.user.username if session is not None else "viewer"
    answer = await refresh(door, parts, requested_by=who, reason=REASON)
    if isinstance(answer, Started):
        said = {"asked": str(len(answer.jobs))}
    elif answer.allowed_at is not None:
        wait = (answer.allowed_at - door.clock.now()).total_seconds()
        said = {"wait": str(max(1, min(LONGEST_WAIT_S, round(wait))))}
    else:
        said = {"none": "1"}
    address = f"/title/{found['slug']}?{urlencode(_place(found) | said)}#links"
    return RedirectResponse(address, status_code=303)


async def _found(request: Request, slug: str, chosen: Mapping[str, Any]) -> dict[str, Any]:
    season, start = str(chosen.get("season") or ""), str(chosen.get("from") or "")
    catalog = door_of(request).catalog
    found = await catalog.title(slug, season=season, start=start) if is_storable(slug) else None
    if found is None:
        raise Problem("not_found", "There is no title at this address.")
    return found


def _place(found: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of an address that say which part of a long title is shown."""
    part = found["shown"]
    return {"season": str(part.season), "from": number_text(part.first)} if part is not None else {}


def _told(request: Request) -> dict[str, Any]:
    """Return what asking for links led to, as the address says it. What is nonsense in it says nothing."""
    said = request.query_params
    wait = said.get("wait", "")
    is_wait = wait.isascii() and wait.isdigit() and len(wait) <= WAIT_DIGITS
    return {
        "asked": "asked" in said,
        "wait_s": min(int(wait), LONGEST_WAIT_S) if is_wait else None,
        "none": "none" in said,
    }


def _episode(row: dict[str, Any], mark: Mark | None) -> dict[str, Any]:
    return {
        **row,
        "watch_url": watch_url(row["id"]),
        "state": "scraping" if row["job_state"] else "resting",
        "mark": mark,
    }
