"""The seeds' WebSocket: what happens, as it happens, for clients that would rather not poll."""

import asyncio
import json
from typing import Any

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from wellspring_common.errors import Permanent, Transient

from ..domain.scopes import Scope
from ..door import Door, door_of
from ..listener import Listener
from .guards import viewer
from .refusing import FORBIDDEN, UNAVAILABLE, refuse
from .stays import stay_of
from .view import bearer, is_same_origin

HEARTBEAT_S = 30.0
SEND_TIMEOUT_S = 30.0
LONGEST_MESSAGE = 4096
GOING_AWAY, REFUSED, TOO_LARGE, TRY_LATER = 1001, 1008, 1009, 1013
"""Close codes of RFC 6455: we stop, you may not any more, you sent too much, you do not read."""
_SHOWN = 20

router = APIRouter()


@router.websocket("/ws")
async def socket(connection: WebSocket) -> None:
    """Send `snapshot`, then a message for everything that happens. Answer `ping` with `pong`."""
    if bearer(connection) is None and not is_same_origin(connection):
        await refuse(connection)
        return
    try:
        session = await viewer(connection)
    except (Permanent, Transient) as error:
        await refuse(connection, UNAVAILABLE if isinstance(error, Transient) else FORBIDDEN)
        return
    operates = session is not None and session.may(Scope.OPERATE)
    door = door_of(connection)
    await connection.accept()
    with door.live.connected(operates=operates, stay=stay_of(connection, viewer, session)) as listener:
        listener.hear(_encoded("snapshot", await _snapshot(door)))
        reading = asyncio.create_task(_read(connection, listener))
        try:
            code, reason = await _pour(connection, listener, reading)
        except (WebSocketDisconnect, RuntimeError):  # gone, in the middle of a message
            return
        finally:
            reading.cancel()
        if connection.client_state is WebSocketState.CONNECTED:
            await connection.close(code, reason)


async def _pour(connection: WebSocket, listener: Listener, reading: "asyncio.Task[bool]") -> tuple[int, str]:
    while True:
        messages = await listener.heard(within_s=HEARTBEAT_S)
        if listener.ended and not messages:
            if listener.refused:
                return REFUSED, "refused"
            if listener.dropped:
                return TRY_LATER, "slow"
            too_large = reading.done() and not reading.cancelled() and reading.result()
            return (TOO_LARGE, "too_large") if too_large else (GOING_AWAY, "stopping")
        for message in messages or (_HEARTBEAT,):
            try:
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await connection.send_text(message.decode())
            except TimeoutError:
                listener.drop()
                return TRY_LATER, "slow"


async def _read(connection: WebSocket, listener: Listener) -> bool:
    """Read until the client leaves. Return whether it was sent away because it said too much."""
    while True:
        message = await connection.receive()
        if message["type"] == "websocket.disconnect":
            listener.end()
            return False
        text = message.get("text") or ""
        if len(text) > LONGEST_MESSAGE or message.get("bytes"):
            listener.end()
            return True
        if _is_ping(text):
            listener.hear(_encoded("pong"))


def _is_ping(text: str) -> bool:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return text.strip() == "ping"
    return isinstance(said, dict) and said.get("type") == "ping"


async def _snapshot(door: Door) -> dict[str, Any]:
    """Return the jobs that are under way. Uploads come with the uploader."""
    try:
        recent = await door.jobs.recent(_SHOWN)
    except Transient:
        return {"jobs": [], "stale": True}
    return {"jobs": [job.brief() for job, _ in recent if job.is_live], "stale": False}


def _encoded(name: str, data: Any = None) -> bytes:
    message = {"type": name} if data is None else {"type": name, "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


_HEARTBEAT = _encoded("heartbeat")
