"""The API of where intro and credits lie."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ...domain.documents.watching import Marks, MarksEdit
from ...door import door_of
from ..guards import checked, operator, viewer
from ..problems import Problem
from .answers import IdInPath

router = APIRouter(prefix="/api/v1", tags=["titles"])


@router.get("/titles/{title_id}/marks")
async def of_title(request: Request, title_id: IdInPath) -> Marks:
    """Return where intro and credits of a series lie."""
    await viewer(request)
    return _there(await door_of(request).watching.marks.of_title(title_id), "title", title_id)


@router.put("/titles/{title_id}/marks")
async def put_title(request: Request, title_id: IdInPath, marks: MarksEdit) -> Marks:
    """Say where intro and credits of a series lie. Episodes with marks of their own keep those."""
    await operator(request)
    await checked(request)
    return _there(await door_of(request).watching.marks.put_title(title_id, marks), "title", title_id)


@router.get("/episodes/{episode_id}/marks", tags=["episodes"])
async def of_episode(request: Request, episode_id: IdInPath) -> Marks:
    """Return the marks that count for an episode: its own, or its series's."""
    await viewer(request)
    return _there(await door_of(request).watching.marks.of_episode(episode_id), "episode", episode_id)


@router.put("/episodes/{episode_id}/marks", tags=["episodes"])
async def put_episode(request: Request, episode_id: IdInPath, marks: MarksEdit) -> Marks:
    """Give an episode marks of its own. Empty ones say that it has neither intro nor credits."""
    await operator(request)
    await checked(request)
    return _there(await door_of(request).watching.marks.put_episode(episode_id, marks), "episode", episode_id)


@router.delete("/episodes/{episode_id}/marks", status_code=204, tags=["episodes"])
async def drop_episode(request: Request, episode_id: IdInPath) -> Response:
    """Let an episode have its series's marks again."""
    await operator(request)
    await checked(request)
    await door_of(request).watching.marks.drop_episode(episode_id)
    return Response(status_code=204)


def _there(marks: Marks | None, what: str, owner_id: int) -> Marks:
    if marks is None:
        raise Problem(f"unknown_{what}", f"There is no {what} {owner_id}.")
    return marks
