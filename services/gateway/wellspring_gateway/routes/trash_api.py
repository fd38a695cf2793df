"""The API of the trash."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from ..domain.documents.upkeep import InTrash, Trash, TrashedTitle
from ..domain.trash import LONGEST_REASON, parse_reason
from ..door import door_of
from .guards import checked, operator
from .problems import Problem

router = APIRouter(prefix="/api/v1", tags=["trash"])

TitleId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/trash")
async def trash(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Trash:
    """Return the titles in the trash, the newest first, each with when it is gone for good."""
    await operator(request)
    total, found, following = await door_of(request).upkeep.trash.find(limit=limit, cursor=cursor)
    titles = [TrashedTitle.model_validate(one) for one in found]
    return Trash(total=total, titles=titles, next=following)


@router.delete("/titles/{title_id}")
async def put(
    request: Request,
    title_id: TitleId,
    reason: Annotated[str | None, Query(max_length=LONGEST_REASON)] = None,
) -> InTrash:
    """Move a title to the trash. Nobody sees it any more, and for 30 days it can be restored whole.

    A title that is there already stays as it is.
    """
    session = await operator(request)
    await checked(request)
    moved = await put_in_trash(request, title_id, said=reason, by=session.user.username)
    return InTrash(id=title_id, in_trash=True, changed=moved)


@router.post("/titles/{title_id}/restore")
async def restore(request: Request, title_id: TitleId) -> InTrash:
    """Bring a title back from the trash with everything. One that is not there stays as it is."""
    session = await operator(request)
    await checked(request)
    door = door_of(request)
    came = await door.upkeep.trash.restore(title_id, by=session.user.username, now=door.clock.now())
    if came is None:
        raise Problem("unknown_title", f"There is no title {title_id}: what was purged does not come back.")
    return InTrash(id=title_id, in_trash=False, changed=came)


async def put_in_trash(request: Request, title_id: int, *, said: str | None, by: str) -> bool:
    """Move a title to the trash and return whether it was not there yet. Raises `Problem`."""
    door = door_of(request)
    try:
        because = parse_reason(said)
    except ValueError as error:
        raise Problem("invalid", str(error)) from None
    moved = await door.upkeep.trash.put(title_id, by=by, because=because, now=door.clock.now())
    if moved is None:
        raise Problem("unknown_title", f"There is no title {title_id}.")
    return moved
