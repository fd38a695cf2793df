"""Live updates by server-sent events: of an episode for everybody, of jobs for operators."""

from contextlib import AbstractContextManager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from ..door import door_of
from ..listener import Listener
from .carried import carrier_for
from .guards import operator, viewer
from .problems import Problem
from .stays import stay_of
from .streaming import EventStream

router = APIRouter(prefix="/api/v1")


@router.get(
    "/live",
    tags=["episodes"],
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    # who follows an episode needs no account where the library is open
    openapi_extra={"security": [{}]},
)
async def live(
    request: Request,
    episode: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    job: UUID | None = None,
    jobs: str | None = None,
) -> Response:
    """Stream an episode (`?episode=`): `snapshot` at once, then `delta` when something changed, and `step`.

    Operators may follow one job (`?job=`) or all of them (`?jobs`): `job` says that one moved on. There is no
    replay: a client that reconnects gets a new snapshot, whatever its `Last-Event-ID`.
    """
    door = door_of(request)
    if episode is not None:
        carrier = carrier_for(request)
        answers, _ = await door.states.answers(episode, carrier)
        if answers is None:
            raise Problem("unknown_episode", f"There is no episode {episode}.")
        stay = stay_of(request, viewer, await viewer(request))
        return EventStream(lambda: door.live.listening(episode, carrier, stay=stay))
    if job is None and jobs is None:
        raise Problem("invalid", "Say what to follow: `?episode=`, `?job=` or `?jobs`.")
    may_follow = stay_of(request, operator, await operator(request))

    def following() -> AbstractContextManager[Listener]:
        return door.live.following_jobs(str(job) if job else None, stay=may_follow)

    return EventStream(following)
