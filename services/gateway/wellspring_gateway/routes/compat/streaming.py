"""The URLs of `link-management.md`: films and shows with their active links, and refreshing those."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from wellspring_common.errors import Permanent

from ...domain.budgets import Budget
from ...domain.cursors import decode_cursor, encode_cursor, row_id
from ...domain.episodes import HIGHEST_SEASON
from ...domain.streaming import KIND_OF, LISTED_EPISODES, Film, Shelf, meant, movie
from ...domain.titles import parse_number
from ...door import door_of
from ...force import REASON, Refused
from ...streaming import Started, is_wanting, refresh, shown
from ..guards import own_page, seeker, viewer, within
from ..problems import Problem, problem_response
from ..view import base_url

LIST = "films"
MOVIES = "/api/streaming/movies"
MOVIE = f"{MOVIES}/{{movie_id}}"
LONGEST_CURSOR = 200
TOO_MANY_REQUESTS = 429
NEEDED = "playback"
"""The reason of a scrape that nobody pressed a button for."""
REFRESHING = "Fresh links are being looked for. Ask again in a few seconds."

router = APIRouter(tags=["seeds"])

Season = Annotated[int | None, Query(ge=0, le=HIGHEST_SEASON)]


@router.get(MOVIES, include_in_schema=False)
@router.get(f"{MOVIES}/")
async def movies(
    request: Request,
    type: Literal["movie", "show"] | None = None,  # noqa: A002  (the seed's name)
    cursor: Annotated[str | None, Query(max_length=LONGEST_CURSOR)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """List films and shows, the newest first, each with its active links (of a show: its newest episodes).

    `Link: <...>; rel="next"` leads to what follows.
    """
    await viewer(request)
    before = None
    if cursor is not None:
        (before,) = decode_cursor(LIST, cursor, (row_id,))
    door = door_of(request)
    kind = KIND_OF[type] if type is not None else None
    found = await door.compat.streaming.films(kind, before=before, limit=limit + 1)
    films = found[:limit]
    shelf = await door.compat.streaming.shelf([film.id for film in films], each=LISTED_EPISODES)
    response = JSONResponse([_movie(request, film, shelf) for film in films])
    if len(found) > limit:
        following = request.url.include_query_params(cursor=encode_cursor(LIST, films[-1].id)).query
        response.headers["Link"] = f'<{base_url(request)}/api/streaming/movies/?{following}>; rel="next"'
    return response


@router.get(MOVIE, include_in_schema=False)
@router.get(f"{MOVIE}/")
async def detail(request: Request, movie_id: str, season: Season = None, episode: str = "") -> Response:
    """Return a film or a show by our id or its IMDb id, with active links only.

    With none, or none found within a day, their links are looked for: then `_refreshing` is true.
    """
    await viewer(request)
    film, shelf = await _found(request, movie_id, season, episode)
    body = _movie(request, film, shelf)
    if await _looked_for(request, shelf):
        body |= {"_refreshing": True, "_message": REFRESHING}
    return JSONResponse(body)


@router.post(f"{MOVIE}/refresh_links", include_in_schema=False)
@router.post(f"{MOVIE}/refresh_links/")
async def refresh_links(
    request: Request, movie_id: str, season: Season = None, episode: str = ""
) -> Response:
    """Look for the links of a film, or of the episodes of a show that need it most, now."""
    await own_page(request)
    session = await seeker(request)
    await within(request, Budget.SCRAPE)
    _, shelf = await _found(request, movie_id, season, episode)
    who = session.user.username if session else "viewer"
    door = door_of(request)
    answer = await refresh(door, shelf.parts, requested_by=who, reason=REASON)
    if isinstance(answer, Started):
        jobs = [str(job) for job in answer.jobs]
        body = {"status": "queued", "message": REFRESHING, "jobs": jobs}
        return JSONResponse(body, headers={"Location": f"/api/v1/jobs/{jobs[0]}"})
    if answer.allowed_at is None:
        return problem_response(answer.code, answer.detail)
    wait = (answer.allowed_at - door.clock.now()).total_seconds()
    return JSONResponse(
        {"status": "error", "message": answer.detail},
        status_code=TOO_MANY_REQUESTS,
        headers={"Retry-After": str(max(1, round(wait)))},
    )


@router.get("/streaming/{movie_id}", include_in_schema=False)
@router.get("/streaming/{movie_id}/", include_in_schema=False)
async def film_page(request: Request, movie_id: str) -> Response:
    """Lead to the page of a film or a show."""
    film, _ = await _found(request, movie_id, None, "")
    return RedirectResponse(f"/title/{film.slug}", status_code=303)


async def _found(request: Request, movie_id: str, season: int | None, episode: str) -> tuple[Film, Shelf]:
    number: Decimal | None = parse_number(episode) if episode else None
    if episode and number is None:
        raise Problem("invalid", f"{episode[:40]!r} is no episode number: try 1, 0 or 12.5.")
    door, wanted = door_of(request), meant(movie_id)
    film = await door.compat.streaming.film(wanted) if wanted is not None else None
    if film is None:
        raise Problem("unknown_title", "There is no film or show with this id.")
    shelf = await shown(door, film, season=season, number=number)
    if not shelf.parts and (season is not None or number is not None):
        raise Problem("unknown_episode", f"{film.title} has no such episode.")
    return film, shelf


async def _looked_for(request: Request, shelf: Shelf) -> bool:
    """Return whether links are being looked for because of this look.

    A look is never refused for that: not over the limits of this client, nor with a token for reading only.
    """
    door = door_of(request)
    if not is_wanting(door, shelf):
        return False
    if any(part.running for part in shelf.parts):
        return True
    try:
        await own_page(request)
        session = await seeker(request)
        await within(request, Budget.SCRAPE)
    except Permanent:
        return False
    who = session.user.username if session else "viewer"
    return not isinstance(await refresh(door, shelf.parts, requested_by=who, reason=NEEDED), Refused)


def _movie(request: Request, film: Film, shelf: Shelf) -> dict[str, Any]:
    door = door_of(request)
    now, tunables = door.clock.now(), door.tunables.current
    return movie(film, shelf, base_url=base_url(request), now=now, tunables=tunables)
