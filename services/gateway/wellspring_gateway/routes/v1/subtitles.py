"""The API of subtitles."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ...domain.documents.watching import NewSubtitles, Subtitles, SubtitlesList
from ...door import door_of
from ...ports.answers import Keep
from ...subtitling import keep_subtitles
from ..guards import checked, operator, viewer
from ..problems import Problem
from .answers import CREATED, IdInPath, Key, created, once

router = APIRouter(prefix="/api/v1", tags=["episodes"])

_REFUSED: dict[int | str, dict[str, Any]] = {
    409: {"description": "`subtitles_exist`, `too_many`: nothing was changed."},
    413: {"description": "`too_large`: more than a subtitle file has."},
}


@router.get("/episodes/{episode_id}/subtitles")
async def of_episode(request: Request, episode_id: IdInPath) -> SubtitlesList:
    """Return the subtitles of an episode. Each is WebVTT at its `url`."""
    await viewer(request)
    found = await door_of(request).watching.subtitles.of_episode(episode_id)
    if found is None:
        raise Problem("unknown_episode", f"There is no episode {episode_id}.")
    return SubtitlesList(subtitles=found)


@router.post(
    "/episodes/{episode_id}/subtitles",
    status_code=201,
    response_model=Subtitles,
    responses={**CREATED, **_REFUSED},
)
async def add(request: Request, episode_id: IdInPath, new: NewSubtitles, key: Key = None) -> Response:
    """Give an episode subtitles: a text, a file's bytes, or a file elsewhere. SubRip becomes WebVTT.

    One that holds no subtitles is `not_subtitles`, one that can't be fetched `bad_subtitles`.
    """
    session = await operator(request)
    await checked(request)
    door, repeated = door_of(request), once(request, session, key, new)

    async def make(keep: Keep | None) -> Subtitles | None:
        return await keep_subtitles(door, episode_id, new, keep=keep)

    subtitles = await repeated.made(Subtitles, make)
    if subtitles is None:
        raise Problem("unknown_episode", f"There is no episode {episode_id}.")
    return created(subtitles, subtitles.url)


@router.delete("/subtitles/{subtitles_id}", status_code=204)
async def remove(request: Request, subtitles_id: IdInPath) -> Response:
    """Delete subtitles."""
    await operator(request)
    await checked(request)
    if not await door_of(request).watching.subtitles.remove(subtitles_id):
        raise Problem("unknown_subtitles", f"There are no subtitles {subtitles_id}.")
    return Response(status_code=204)
