"""The operator's page of the trash, and the way there."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from ..domain.documents.upkeep import TrashedTitle
from ..door import door_of
from .admin import signed_in
from .guards import checked, operator
from .problems import Problem
from .trash_api import put_in_trash
from .view import from_cursor, page

PAGE = 50

router = APIRouter(prefix="/admin", include_in_schema=False)

TitleId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/trash")
async def trash_page(request: Request, cursor: str = "", moved: str = "") -> Response:
    """Show what is in the trash, the newest first."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    total, found, following = await from_cursor(
        lambda place: door_of(request).upkeep.trash.find(limit=PAGE, cursor=place), cursor
    )
    titles = [TrashedTitle.model_validate(one).model_dump(mode="json") for one in found]
    context = {
        "titles": titles,
        "total": total,
        "moved": next((one for one in titles if str(one["id"]) == moved), None),
        "next_url": f"/admin/trash?cursor={following}" if following else None,
    }
    return await page(request, "admin/trash.html", context)


@router.post("/titles/{title_id}/trash")
async def put(request: Request, title_id: TitleId) -> Response:
    """Move a title to the trash, and show it there."""
    session = await operator(request)
    await checked(request)
    said = (await request.form()).get("reason")
    reason = said if isinstance(said, str) else None
    await put_in_trash(request, title_id, said=reason, by=session.user.username)
    return RedirectResponse(f"/admin/trash?moved={title_id}", status_code=303)


@router.post("/titles/{title_id}/restore")
async def restore(request: Request, title_id: TitleId) -> Response:
    """Bring a title back, and show it. One that somebody else has brought back is shown as it is."""
    session = await operator(request)
    await checked(request)
    door = door_of(request)
    slug = await door.upkeep.trash.slug(title_id)
    if slug is None:
        raise Problem("unknown_title", "This title is gone for good: its time in the trash was over.")
    await door.upkeep.trash.restore(title_id, by=session.user.username, now=door.clock.now())
    return RedirectResponse(f"/title/{slug}", status_code=303)
