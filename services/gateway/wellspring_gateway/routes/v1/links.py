"""The API of links."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from ...domain.documents.links import Links
from ...domain.documents.texts import Quality
from ...door import door_of
from ..api import snapshot_of
from ..guards import viewer
from .answers import IdInPath

router = APIRouter(prefix="/api/v1", tags=["links"])


@router.get("/episodes/{episode_id}/links", response_model=Links)
async def of_episode(
    request: Request,
    episode_id: IdInPath,
    offered: Annotated[bool | None, Query(description="Only those that players are offered, or not.")] = None,
    quality: Annotated[Quality | None, Query(description="Only this height in lines.")] = None,
) -> dict[str, Any]:
    """Return the links of an episode, best first: their state with its reason, their expiry with evidence."""
    await viewer(request)
    state = await snapshot_of(door_of(request), episode_id)
    links = [
        link
        for link in state["links"]
        if (offered is None or link["offered"] is offered) and (quality is None or link["quality"] == quality)
    ]
    return {"episode_id": episode_id, "links": links, "stale": state["stale"]}
