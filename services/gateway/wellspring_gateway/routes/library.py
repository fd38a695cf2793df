"""The library: the home page, its lists and its search."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ..domain.budgets import Budget
from ..domain.home import SHOWN, is_home, parted
from ..domain.pictures import poster_address
from ..domain.shelf import address_of, query_of, wanted_by
from ..door import door_of
from .guards import within
from .view import from_cursor, page, session_of

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
            {"on": one, "title": with_poster(one.title), "watch_url": watch_url(one.episode_id)}
            for one in (await home.going_on(session.user.id, SHOWN) if session is not None else [])
        ],
        "new_episodes": [
            {"episode": one, "title": with_poster(one.title), "watch_url": watch_url(one.episode_id)}
            for one in await home.new_episodes(SHOWN)
        ],
    }


def _card(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**with_poster(row), "first_watch_url": watch_url(row["first_episode"])}


def with_poster(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a title with the address of its stored picture."""
    return {**row, "poster_url": poster_address(row["id"], row["poster"])}


def watch_url(episode_id: int | None) -> str | None:
    """Return where an episode plays."""
    return f"/watch/{episode_id}" if episode_id is not None else None
