"""The API of titles."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from wellspring_common.events.scrape import Lane

from ...domain.documents.jobs import Refreshed
from ...domain.documents.texts import vetted_address
from ...domain.documents.titles import NewTitle, Title, TitleEdit
from ...domain.etags import IfMatch
from ...door import door_of
from ...ports.answers import Keep
from ..guards import checked, operator, viewer
from ..problems import Problem
from .answers import CREATED, EDITED, TAGGED, BasedOn, IdInPath, Key, Known, created, once, stored, tagged

REFRESHED_AT_ONCE = 500

router = APIRouter(prefix="/api/v1/titles", tags=["titles"])

_TWIN: dict[int | str, dict[str, Any]] = {
    409: {"description": "`title_exists`: it has another title's name or id."}
}


@router.post("", status_code=201, response_model=Title, responses={**CREATED, **_TWIN})
async def add(request: Request, new: NewTitle, key: Key = None) -> Response:
    """Add a title without episodes. Its slug is made of its name, and stays."""
    session = await operator(request)
    await checked(request)
    door, repeated = door_of(request), once(request, session, key, new)

    async def make(keep: Keep | None) -> Title:
        return await door.holdings.titles.add(new, now=door.clock.now(), keep=keep)

    title = stored(await repeated.made(Title, make))
    return created(title, f"/api/v1/titles/{title.id}")


@router.get("/{title_id}", response_model=Title, responses=TAGGED)
async def one(request: Request, title_id: IdInPath, known: Known = None) -> Response:
    """Return a title with its version. What lies in the trash is not found here."""
    await viewer(request)
    return tagged(_there(await door_of(request).holdings.titles.one(title_id), title_id), known)


@router.patch("/{title_id}", response_model=Title, responses={**EDITED, **_TWIN})
async def edit(
    request: Request, title_id: IdInPath, changes: TitleEdit, based_on: BasedOn = None
) -> Response:
    """Change a title: what is left out stays, null empties. Needs `If-Match` with the version seen.

    What it changes is locked, as on the title's page, unless `locked_fields` says what is. A picture is
    fetched soon after its `poster_url` changed.
    """
    await operator(request)
    await checked(request)
    door, values = door_of(request), changes.model_dump(exclude_unset=True)
    if values.get("poster_url") is not None:
        values["poster_url"] = vetted_address(values["poster_url"], vet=door.vet, name="poster_url")
    edited = await door.holdings.titles.edit(
        title_id,
        values,
        based_on=IfMatch.parse(based_on),
        now=door.clock.now(),
    )
    return tagged(_there(edited, title_id))


@router.post("/{title_id}/refresh", status_code=202, response_model=Refreshed)
async def refresh(
    request: Request,
    title_id: IdInPath,
    limit: Annotated[int, Query(ge=1, le=REFRESHED_AT_ONCE)] = REFRESHED_AT_ONCE,
    key: Key = None,
) -> Response:
    """Find the links of a title's first episodes anew, in the background: people's wishes go first."""
    session = await operator(request)
    await checked(request)
    door, repeated = door_of(request), once(request, session, key)
    if (kept := await repeated.before()) is not None:
        return JSONResponse(kept[1], status_code=kept[0])
    episodes = await door.holdings.jobs.to_refresh(title_id)
    if episodes is None:
        raise Problem("unknown_title", f"There is no title {title_id}.")
    asked = [
        await door.jobs.request(
            episode,
            reason="refresh",
            requested_by=session.user.username,
            now=door.clock.now(),
            lane=Lane.BACKGROUND,
        )
        for episode in episodes[:limit]
    ]
    done = Refreshed(
        queued=sum(one is not None and not one.deduplicated for one in asked),
        deduplicated=sum(one is not None and one.deduplicated for one in asked),
        without_source=sum(one is None for one in asked),
    )
    await repeated.remember(202, done.model_dump())
    return JSONResponse(done.model_dump(), status_code=202)


def _there(title: Title | None, title_id: int) -> Title:
    if title is None:
        raise Problem("unknown_title", f"There is no title {title_id}.")
    return title
