"""What a player's page knows beyond links: who watches, how far they came, what stands around the picture."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from wellspring_common.errors import DependencyDown

from ..domain.documents.links import Progress
from ..domain.documents.watching import Stretch
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
        "embed_hosts": list(door_of(request).tunables.current.embed_hosts),
    }
    try:
        return room | await _known(request, head.id)
    except DependencyDown:
        return room


async def _known(request: Request, episode_id: int) -> dict[str, Any]:
    session = await session_of(request)
    facts = await door_of(request).watching.rooms.of(episode_id, session.user.id if session else None)
    return {
        "signed_in": session is not None,
        "progress": _came(facts.progress),
        "poster": facts.poster,
        "subtitles": [
            each.model_dump(include={"id", "language", "label", "url"}) for each in facts.subtitles
        ],
        "marks": {"intro": _stretch(facts.marks.intro), "outro": _stretch(facts.marks.outro)},
    }


def _came(came: Progress | None) -> dict[str, Any] | None:
    return (
        came.model_dump(mode="json", include={"position_s", "duration_s", "finished", "watched_at"})
        if came is not None
        else None
    )


def _stretch(stretch: Stretch | None) -> dict[str, float] | None:
    return {"start": stretch.start_s, "end": stretch.end_s} if stretch is not None else None
