"""Live updates of an episode: a snapshot, then what changes, by server-sent events."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse

from wellspring_common.errors import WellspringError
from wellspring_common.events.live import ScrapeStep

from ..domain.carrying import Carrier
from ..door import Door, door_of
from ..live import Listener
from .api import snapshot_of
from .carried import carrier_for

HEARTBEAT_S = 15
SEND_TIMEOUT_S = 30
"""A client that stops reading is let go."""
UNAVAILABLE_S = 2.0

router = APIRouter(prefix="/api/v1")


@router.get("/live", tags=["episodes"])
async def live(request: Request, episode: Annotated[int, Query(ge=1, lt=2**63)]) -> Response:
    """Stream an episode: `snapshot` at once and whenever links or job changed, `step` in between.

    There is no replay: a client that reconnects gets a new snapshot.
    """
    door = door_of(request)
    carrier = carrier_for(request)
    await snapshot_of(door, episode, carrier)
    return EventSourceResponse(
        _events(door, episode, carrier),
        ping=HEARTBEAT_S,
        send_timeout=SEND_TIMEOUT_S,
        headers={"X-Accel-Buffering": "no"},
    )


async def _events(door: Door, episode_id: int, carrier: Carrier) -> AsyncGenerator[ServerSentEvent]:
    with door.live.listening(episode_id) as listener:
        yield await _snapshot(door, episode_id, carrier)
        while True:
            heard = await _next(listener)
            if heard is False:
                return
            if isinstance(heard, ScrapeStep):
                yield _event("step", heard.model_dump(mode="json"))
            else:
                yield await _snapshot(door, episode_id, carrier)


async def _next(listener: Listener) -> ScrapeStep | bool | None:
    """Return a step, nothing for a changed state, or False when the stream has to end."""
    hearing = asyncio.ensure_future(listener.next())
    closing = asyncio.ensure_future(listener.closed.wait())
    try:
        await asyncio.wait({hearing, closing}, return_when=asyncio.FIRST_COMPLETED)
        return False if closing.done() else hearing.result()
    finally:
        hearing.cancel()
        closing.cancel()


async def _snapshot(door: Door, episode_id: int, carrier: Carrier) -> ServerSentEvent:
    while True:
        try:
            return _event("snapshot", await snapshot_of(door, episode_id, carrier))
        except WellspringError as error:
            if error.code == "unknown_episode":
                return _event("gone", {"episode_id": episode_id})
            await asyncio.sleep(UNAVAILABLE_S)


def _event(name: str, data: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(event=name, data=json.dumps(data, separators=(",", ":")))
