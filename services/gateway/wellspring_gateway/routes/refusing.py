"""Turning a WebSocket away before it is one."""

from fastapi.responses import Response
from starlette.websockets import WebSocket

FORBIDDEN, UNAVAILABLE = 403, 503


async def refuse(connection: WebSocket, status: int = FORBIDDEN) -> None:
    """Answer the handshake with a status, and say that this line ends: a client must not use it again."""
    await connection.send_denial_response(Response(status_code=status, headers={"Connection": "close"}))
