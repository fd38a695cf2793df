"""Sends a file, or a part of it: at once, or at the pace of a film until its host dies."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from aiohttp import web

from ..state import WorldState
from .answers import cut, hang
from .front import ENTRY, shaped

BLOCK = 256 * 1024
WHOLE = 64 * 1024
"""Bodies up to this size are sent in one piece."""
BEAT_S = 0.1
AHEAD_S = 3.0
"""Seconds of film that a paced host sends at once, as much as a player wants before it begins."""


async def send(
    state: WorldState, request: web.Request, path: Path, wanted: range, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Send these bytes of a file: 206 where the headers name them as a range."""
    status = 206 if "Content-Range" in headers else 200
    paced = shaped(request, "paced") is not None
    with path.open("rb") as file:
        file.seek(wanted.start)
        if len(wanted) <= WHOLE and request.method != "HEAD" and not paced:
            return web.Response(body=file.read(len(wanted)), status=status, headers=headers)
        response = web.StreamResponse(status=status, headers=headers)
        request[ENTRY].status = status
        response.content_length = len(wanted)
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        if paced:
            await _paced(state, request, response, file, len(wanted))
        else:
            await _at_once(request, response, file, len(wanted))
        return response


async def _at_once(request: web.Request, response: web.StreamResponse, file: BinaryIO, length: int) -> None:
    while length and (block := file.read(min(BLOCK, length))):
        length -= len(block)
        request[ENTRY].bytes += len(block)
        await response.write(block)


async def _paced(
    state: WorldState, request: web.Request, response: web.StreamResponse, file: BinaryIO, length: int
) -> None:
    fault, entry = shaped(request, "paced"), request[ENTRY]
    per_second = os.fstat(file.fileno()).st_size / state.media.seconds
    due = AHEAD_S * per_second
    while length:
        if ending := state.faults.ending(entry.target, entry.path):
            if ending.kind == "hang":
                await hang(request)
            cut(request)
            raise ConnectionResetError("the demo world ended this answer")
        block = file.read(min(max(1, int(due)), length))
        length -= len(block)
        entry.bytes += len(block)
        await response.write(block)
        await asyncio.sleep(BEAT_S)
        due = BEAT_S * per_second * (fault.pace if fault else 1.0)
