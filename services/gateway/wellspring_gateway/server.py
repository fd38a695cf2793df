"""The HTTP server as one of the service's tasks."""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Callable, Generator

import structlog
import uvicorn
from fastapi import FastAPI

from wellspring_common.errors import Permanent

STOP_S = 4
WS_MESSAGE = 64 * 1024
IDLE_S = 75
"""Longer than clients and proxies keep a connection for their next request: else they send it into one that
is being closed, and a request that is not to be repeated fails."""

log = structlog.get_logger(__name__)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave the signals to the runtime."""
        yield


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out what `relay.cut` has said already: uvicorn takes an answer that was cut off for a bug."""
    return record.getMessage() != "ASGI callable returned without completing response."


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises `Permanent` with what to do when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by name: asyncio sends at once (TCP_NODELAY) only where it reads that this is TCP, else
    # the body waits 40 ms for the receipt of its headers.
    held = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((host, port))
    except OSError as error:
        held.close()
        if error.errno == errno.EADDRINUSE:
            text = f"Port {port} is taken. Set WELLSPRING_GATEWAY_PORT to another one."
            raise Permanent(text, code="port_taken") from error
        raise Permanent(f"Cannot listen on {host}:{port}: {error.strerror}.", code="port_refused") from error
    held.listen(1024)
    return held


async def serve(app: FastAPI, held: socket.socket, *, close_streams: Callable[[], None]) -> None:
    """Serve until cancelled, then finish what is being answered."""
    config = uvicorn.Config(
        app,
        # httptools, which probes bring along, refuses methods that it does not know before we can count them
        http="h11",
        ws="wsproto",
        ws_max_size=WS_MESSAGE,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=STOP_S,
        timeout_keep_alive=IDLE_S,
        proxy_headers=False,
        server_header=False,
        lifespan="off",
    )
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[held]))
    log.info("http.listening", host=held.getsockname()[0], port=held.getsockname()[1])
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        server.should_exit = True
        close_streams()
        await running
        raise
