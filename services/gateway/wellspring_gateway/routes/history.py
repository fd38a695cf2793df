"""The page of what somebody watched, where each of it, or all, can be forgotten."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..domain.documents.links import Progress
from ..domain.history import is_undo, undo_of, undone
from ..domain.progress import percent
from ..door import door_of
from .guards import checked
from .v1.answers import IdInPath
from .v1.progress import seen_by, somebody
from .view import from_cursor, page, with_query

SHOWN = 30
HISTORY = "/history"

router = APIRouter(include_in_schema=False)


@router.get(HISTORY)
async def history(request: Request, cursor: str = "", gone: str = "", cleared: bool = False) -> Response:  # noqa: FBT001, FBT002
    """Show what whoever asks watched, the newest first."""
    session = await somebody(request)
    seen = await from_cursor(lambda place: seen_by(request, session, place, limit=SHOWN), cursor)
    context = {
        "seen": [{"row": row, "percent": percent(row)} for row in seen.progress],
        "cursor": cursor,
        "gone": gone if is_undo(gone) else "",
        "cleared": cleared,
        "next_url": with_query(HISTORY, cursor=seen.next) if seen.next else None,
    }
    return await page(request, "history.html", context)


@router.post("/history/clear")
async def clear(request: Request) -> Response:
    """Forget all of it."""
    session = await somebody(request)
    await checked(request)
    await door_of(request).holdings.watched.forget_all(session.user.id)
    return RedirectResponse(with_query(HISTORY, cleared="true"), status_code=303)


@router.post("/history/restore")
async def restore(request: Request) -> Response:
    """Bring back what was forgotten last, unless it was watched again meanwhile."""
    session = await somebody(request)
    await checked(request)
    form, door = await request.form(), door_of(request)
    episode_id, told = undone(str(form.get("gone") or ""))
    await door.holdings.watched.put(session.user.id, episode_id, told, now=door.clock.now())
    return RedirectResponse(with_query(HISTORY, cursor=str(form.get("cursor") or "")), status_code=303)


@router.post("/history/{episode_id}/forget")
async def forget(request: Request, episode_id: IdInPath) -> Response:
    """Forget an episode. The page that follows brings it back."""
    session = await somebody(request)
    await checked(request)
    watched = door_of(request).holdings.watched
    held: Progress | None = await watched.one(session.user.id, episode_id)
    is_gone = await watched.forget(session.user.id, episode_id)
    gone = undo_of(held) if held is not None and is_gone else ""
    cursor = str((await request.form()).get("cursor") or "")
    return RedirectResponse(with_query(HISTORY, cursor=cursor, gone=gone), status_code=303)
