"""The API of permanent pages."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ...domain.documents.episodes import NewSource, Source, SourceEdit, Sources, vetted
from ...domain.documents.texts import vetted_address
from ...domain.etags import IfMatch
from ...door import door_of
from ...ports.answers import Keep
from ..guards import checked, operator, viewer
from ..problems import Problem
from .answers import CREATED, EDITED, TAGGED, BasedOn, IdInPath, Key, Known, created, once, tagged

router = APIRouter(prefix="/api/v1", tags=["sources"])

_TWIN: dict[int | str, dict[str, Any]] = {409: {"description": "`source_exists`: nothing was changed."}}


@router.get("/episodes/{episode_id}/sources")
async def of_episode(request: Request, episode_id: IdInPath) -> Sources:
    """Return the permanent pages of an episode."""
    await viewer(request)
    found = await door_of(request).holdings.sources.of_episode(episode_id)
    if found is None:
        raise Problem("unknown_episode", f"There is no episode {episode_id}.")
    return Sources(sources=found)


@router.post(
    "/episodes/{episode_id}/sources",
    status_code=201,
    response_model=Source,
    responses={**CREATED, **_TWIN},
)
async def add(request: Request, episode_id: IdInPath, new: NewSource, key: Key = None) -> Response:
    """Add a permanent page to an episode."""
    session = await operator(request)
    await checked(request)
    door, repeated = door_of(request), once(request, session, key, new)

    async def make(keep: Keep | None) -> Source | None:
        (page,) = vetted([new], vet=door.vet, default=door.tunables.current.default_definition)
        return await door.holdings.sources.add(episode_id, page, now=door.clock.now(), keep=keep)

    source = await repeated.made(Source, make)
    if source is None:
        raise Problem("unknown_episode", f"There is no episode {episode_id}.")
    return created(source, f"/api/v1/sources/{source.id}")


@router.get("/sources/{source_id}", response_model=Source, responses=TAGGED)
async def one(request: Request, source_id: IdInPath, known: Known = None) -> Response:
    """Return a permanent page with its version."""
    await viewer(request)
    return tagged(_there(await door_of(request).holdings.sources.one(source_id), source_id), known)


@router.patch("/sources/{source_id}", response_model=Source, responses={**EDITED, **_TWIN})
async def edit(
    request: Request, source_id: IdInPath, changes: SourceEdit, based_on: BasedOn = None
) -> Response:
    """Change a permanent page: what is left out stays. Needs `If-Match` with the version seen."""
    await operator(request)
    await checked(request)
    door = door_of(request)
    values = changes.model_dump(exclude_unset=True)
    if "url" in values:
        values["url"] = vetted_address(values["url"], vet=door.vet)
    edited = await door.holdings.sources.edit(
        source_id, values, based_on=IfMatch.parse(based_on), now=door.clock.now()
    )
    return tagged(_there(edited, source_id))


@router.delete("/sources/{source_id}", status_code=204)
async def remove(request: Request, source_id: IdInPath) -> Response:
    """Delete a permanent page with the links that were found on it."""
    await operator(request)
    await checked(request)
    door = door_of(request)
    if not await door.holdings.sources.remove(source_id, now=door.clock.now()):
        raise Problem("unknown_source", f"There is no source {source_id}.")
    return Response(status_code=204)


def _there(source: Source | None, source_id: int) -> Source:
    if source is None:
        raise Problem("unknown_source", f"There is no source {source_id}.")
    return source
