"""What a player's page knows beyond links: who watches, how far they came, what stands around the picture."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from wellspring_common.errors import DependencyDown

from ..domain.documents.links import Progress
from ..domain.titles import EpisodeHead
from ..door import door_of
from .view import session_of


def name_of(head: EpisodeHead) -> str:
    """Return what an episode is called inside its series: nothing for a film."""
    return "" if head.kind == "movie" else " · ".join(filter(None, (head.label, head.name)))


async def room_of(request: Request, head: EpisodeHead, ways: Mapping[str, str | None]) -> dict[str, Any]:
    """Return what the page tells its scripts. While Postgres is away that is what needs none."""
    room: dict[str, Any] = {
        "episode_id": head.id,
        "title": head.title,
        "episode": name_of(head),
        **ways,
    }
    try:
        return room | await _of_viewer(request, head.id)
    except DependencyDown:
        return room


async def _of_viewer(request: Request, episode_id: int) -> dict[str, Any]:
    session = await session_of(request)
    if session is None:
        return {"signed_in": False}
    came = await door_of(request).holdings.watched.one(session.user.id, episode_id)
    return {"signed_in": True, "progress": _came(came)}


def _came(came: Progress | None) -> dict[str, Any] | None:
    return came.model_dump(include={"position_s", "duration_s", "finished"}) if came is not None else None
