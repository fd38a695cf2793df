"""The API of links."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from ...domain.documents.links import Links
from ...domain.documents.texts import Quality
from ...door import door_of
from ..carried import carrier_for
from ..guards import viewer
from ..problems import Problem
from .answers import IdInPath

router = APIRouter(prefix="/api/v1", tags=["links"])


@router.get("/episodes/{episode_id}/links", response_model=Links)
async def of_episode(
    request: Request,
    episode_id: IdInPath,
    offered: Annotated[bool | None, Query(description="Only those that players are offered, or not.")] = None,
    quality: Annotated[Quality | None, Query(description="Only this height in lines.")] = None,
) -> Response:
    """Return the links of an episode, best first: their state with its reason, their expiry with evidence."""
    await viewer(request)
    door = door_of(request)
    held, stale = await door.states.read(episode_id)
    if held is None:
        raise Problem("unknown_episode", f"There is no episode {episode_id}.")
    carrier = carrier_for(request)
    state = held.snapshot(now=door.clock.now(), tunables=door.tunables.current, stale=stale, carrier=carrier)
    links = [
        link
        for link in state["links"]
        if (offered is None or link["offered"] is offered) and (quality is None or link["quality"] == quality)
    ]
    return JSONResponse({"episode_id": episode_id, "links": links, "stale": stale})
