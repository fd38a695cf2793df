"""What somebody put on their list: its page, the button of a title, and the API."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from ..domain.access import Session, safe_next
from ..domain.cursors import moment, whole
from ..domain.documents.people import SavedList, SavedTitle
from ..door import door_of
from .guards import checked
from .problems import Problem
from .v1.answers import Cursor, IdInPath
from .v1.paging import paged
from .v1.progress import somebody
from .view import from_cursor, page, session_of, with_query

LIST, PAGE = "saved", "/list"
SHOWN = 24

router = APIRouter()


async def is_saved(request: Request, title_id: int) -> bool:
    """Return whether a title is on the list of whoever asks. Nobody's list has any."""
    session = await session_of(request)
    return session is not None and await door_of(request).holdings.saved.has(session.user.id, title_id)


@router.get(PAGE, include_in_schema=False)
async def shown(request: Request, cursor: str = "", removed: str = "") -> Response:
    """Show the list of whoever asks."""
    session = await somebody(request)
    listed = await from_cursor(lambda place: _page(request, session, place, limit=SHOWN), cursor)
    context = {
        "titles": listed.titles,
        "cursor": cursor,
        "removed": removed if removed.isascii() and removed.isdigit() else "",
        "next_url": with_query(PAGE, cursor=listed.next) if listed.next else None,
    }
    return await page(request, "list.html", context)


@router.post("/list/{title_id}", include_in_schema=False)
async def save(request: Request, title_id: IdInPath) -> Response:
    """Put a title on the list, and go back to where that was said."""
    await _put(request, title_id)
    form = await request.form()
    return RedirectResponse(safe_next(str(form.get("next") or PAGE)), status_code=303)


@router.post("/list/{title_id}/remove", include_in_schema=False)
async def unsave(request: Request, title_id: IdInPath) -> Response:
    """Take a title off the list, and go back. The list's own page offers to put it back."""
    session = await somebody(request)
    await checked(request)
    gone = await door_of(request).holdings.saved.remove(session.user.id, title_id)
    form = await request.form()
    if target := form.get("next"):
        return RedirectResponse(safe_next(str(target)), status_code=303)
    cursor, removed = str(form.get("cursor") or ""), str(title_id) if gone else ""
    return RedirectResponse(with_query(PAGE, cursor=cursor, removed=removed), status_code=303)


@router.get("/api/v1/me/list", tags=["account"])
async def mine(
    request: Request, limit: Annotated[int, Query(ge=1, le=200)] = 50, cursor: Cursor = None
) -> SavedList:
    """Return the titles on your list, what was put on it last first, page by page."""
    return await _page(request, await somebody(request), cursor, limit=limit)


@router.get("/api/v1/me/list/{title_id}", tags=["account"])
async def one(request: Request, title_id: IdInPath) -> SavedTitle:
    """Return a title of your list. One that is not on it answers 404."""
    session = await somebody(request)
    found = await door_of(request).holdings.saved.one(session.user.id, title_id)
    if found is None:
        raise Problem("not_found", f"Title {title_id} is not on your list.")
    return found


@router.put("/api/v1/me/list/{title_id}", tags=["account"])
async def put(request: Request, title_id: IdInPath) -> SavedTitle:
    """Put a title on your list. Where it is on it already, it stays where it is."""
    return await _put(request, title_id)


@router.delete("/api/v1/me/list/{title_id}", status_code=204, tags=["account"])
async def remove(request: Request, title_id: IdInPath) -> Response:
    """Take a title off your list."""
    session = await somebody(request)
    await checked(request)
    await door_of(request).holdings.saved.remove(session.user.id, title_id)
    return Response(status_code=204)


async def _put(request: Request, title_id: int) -> SavedTitle:
    session = await somebody(request)
    await checked(request)
    door = door_of(request)
    kept = await door.holdings.saved.put(session.user.id, title_id, now=door.clock.now())
    if kept is None:
        raise Problem("unknown_title", f"There is no title {title_id}.")
    return kept


async def _page(request: Request, session: Session, cursor: str | None, *, limit: int) -> SavedList:
    saved = door_of(request).holdings.saved
    titles, following = await paged(
        LIST,
        (moment, whole),
        cursor,
        limit,
        find=lambda after, most: saved.page(session.user.id, after=after, limit=most),
        place=lambda title: (title.saved_at, title.title_id),
    )
    return SavedList(titles=titles, next=following)
