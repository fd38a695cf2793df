"""The operator's list of titles that may be one."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from ..crawling import Merges
from ..domain.cursors import row_id
from ..domain.digits import number_in
from ..door import door_of
from .admin import signed_in
from .guards import checked, operator
from .problems import Problem
from .v1.paging import paged
from .view import from_cursor, page, with_query

SIDES = ("a", "b")
LIST, SHOWN = "merges", 50

router = APIRouter(prefix="/admin/merges", include_in_schema=False)


@router.get("")
async def merges_page(request: Request, cursor: str = "") -> Response:
    """Show open pairs with both titles, the newest first."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    merges = door_of(request).crawling.merges
    found, following = await from_cursor(lambda place: _page(merges, place), cursor)
    context = {
        "pairs": [_pair(row) for row in found],
        "total": await merges.waiting(),
        "next_url": with_query("/admin/merges", cursor=following) if following else None,
    }
    return await page(request, "admin/merges.html", context)


async def _page(merges: Merges, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
    return await paged(
        LIST,
        (row_id,),
        cursor,
        SHOWN,
        find=lambda after, most: merges.open(before=after[0] if after else None, limit=most),
        place=lambda row: (row["id"],),
    )


@router.post("/{candidate_id}")
async def decide(request: Request, candidate_id: Annotated[int, Path(ge=1, lt=2**63)]) -> Response:
    """Keep two titles apart, or make one of them: `into` names the one that stays."""
    session = await operator(request)
    await checked(request)
    door, into = door_of(request), str((await request.form()).get("into") or "")
    if into == "apart":
        await door.crawling.merges.keep_apart(candidate_id, by=session.user.id)
    elif (stays := number_in(into)) is not None:
        await door.crawling.merges.merge(candidate_id, into=stays, now=door.clock.now())
    else:
        raise Problem("invalid", "Say which title stays, or `apart`.")
    # a pair that somebody else has decided meanwhile is simply gone from the list
    return RedirectResponse("/admin/merges", status_code=303)


def _pair(row: dict[str, Any]) -> dict[str, Any]:
    titles = [
        {name.removeprefix(f"{side}_"): value for name, value in row.items() if name.startswith(f"{side}_")}
        for side in SIDES
    ]
    return {"id": row["id"], "reason": row["reason"], "created_at": row["created_at"], "titles": titles}
