"""The API of how far somebody came: for them alone."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from ...domain.access import Session
from ...domain.cursors import moment, whole
from ...domain.documents.links import NewProgress, Progress, ProgressList
from ...door import door_of
from ..guards import checked, player
from ..problems import Problem
from .answers import Cursor, IdInPath
from .paging import paged

LIST = "progress"

router = APIRouter(prefix="/api/v1", tags=["plays"])


@router.get("/progress")
async def watched(
    request: Request, limit: Annotated[int, Query(ge=1, le=200)] = 50, cursor: Cursor = None
) -> ProgressList:
    """Return what you watched and how far you came, the newest first, page by page."""
    session = await somebody(request)
    return await seen_by(request, session, cursor, limit=limit)


@router.delete("/progress", status_code=204)
async def forget_all(request: Request) -> Response:
    """Forget all that you watched. There is no way back."""
    session = await somebody(request)
    await checked(request)
    await door_of(request).holdings.watched.forget_all(session.user.id)
    return Response(status_code=204)


async def seen_by(request: Request, session: Session, cursor: str | None, *, limit: int) -> ProgressList:
    """Return a page of what somebody watched. Raises `Permanent` with `bad_cursor`."""
    watched = door_of(request).holdings.watched
    progress, following = await paged(
        LIST,
        (moment, whole),
        cursor,
        limit,
        find=lambda after, most: watched.page(session.user.id, after=after, limit=most),
        place=lambda seen: (seen.watched_at, seen.episode_id),
    )
    return ProgressList(progress=progress, next=following)


@router.get("/episodes/{episode_id}/progress")
async def one(request: Request, episode_id: IdInPath) -> Progress:
    """Return how far you came with an episode. One that you never watched answers 404."""
    session = await somebody(request)
    found = await door_of(request).holdings.watched.one(session.user.id, episode_id)
    if found is None:
        raise Problem("not_found", f"You never watched episode {episode_id}.")
    return found


@router.put("/episodes/{episode_id}/progress")
async def put(request: Request, episode_id: IdInPath, told: NewProgress) -> Progress:
    """Keep how far you came. What was watched later than this stays as it is."""
    session = await somebody(request)
    await checked(request)
    door = door_of(request)
    kept = await door.holdings.watched.put(session.user.id, episode_id, told, now=door.clock.now())
    if kept is None:
        raise Problem("unknown_episode", f"There is no episode {episode_id}.")
    return kept


@router.delete("/episodes/{episode_id}/progress", status_code=204)
async def forget(request: Request, episode_id: IdInPath) -> Response:
    """Forget that you watched an episode."""
    session = await somebody(request)
    await checked(request)
    await door_of(request).holdings.watched.forget(session.user.id, episode_id)
    return Response(status_code=204)


async def somebody(request: Request) -> Session:
    """Return who asks for what is theirs alone. Raises `Problem` for a stranger."""
    session = await player(request)
    if session is None:
        raise Problem("sign_in_required", "Sign in first: this is kept for you alone.")
    return session
