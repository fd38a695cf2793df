"""Resumable uploads by contract.SOURCES["peertube, protocol"]: opened, sent in order, asked, cancelled.

Bytes that came before a connection broke stay: whoever asks is told how many there are.
"""

import asyncio
import json
from typing import Any

from aiohttp import web

from ...domain.platforms.spans import asks_position, content_range
from ..films import facts_of
from ..receiving import blocks, lose_answer
from .keys import TubeKeys
from .problems import Problem, invalid
from .records import Session
from .studio import TubeStudio, checked

PATH = "/api/v1/videos/upload-resumable"
RETRY_AFTER_S = 300
_INCOMPLETE = 308


class Resumable:
    """The upload endpoint."""

    def __init__(self, studio: TubeStudio, keys: TubeKeys) -> None:
        self._studio = studio
        self._keys = keys

    async def open(self, request: web.Request) -> web.Response:
        """Begin an upload: 201 for a new one, 200 for one of which bytes have come already."""
        self._keys.entitled(request)
        length = request.headers.get("X-Upload-Content-Length", "")
        if not length.isdecimal() or not int(length):
            raise invalid("X-Upload-Content-Length")
        if not request.headers.get("X-Upload-Content-Type", "").startswith("video/"):
            raise Problem(415, "This file is not supported")
        wish = await _json(request)
        for name in ("name", "channelId", "filename"):
            if not wish.get(name):
                raise invalid(name)
        wish = checked(wish)
        self._studio.fits(int(length))
        session = self._studio.open(wish, int(length))
        received = self._studio.received(session)
        # without a proxy that names the scheme, the real one tells none either
        headers = {"Location": f"//{request.host}{PATH}?upload_id={session.id}", **_range(received)}
        return web.json_response({}, status=200 if received else 201, headers=headers)

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Take the next piece, or tell how many bytes have come."""
        self._keys.entitled(request)
        key = request.query.get("upload_id", "")
        if key in self._studio.finishing:
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            raise Problem(503, "The upload is already being processed", headers=headers)
        if key in self._studio.busy:
            raise Problem(429, "Too many concurrent requests")
        session = self._studio.session(key)
        if session.answer is not None:
            answer = session.answer
            self._studio.forget_answer(session)
            return web.json_response(answer)
        self._studio.touch(session)
        named = request.headers.get("Content-Range", "")
        if not asks_position(named):
            self._studio.busy.add(key)
            try:
                await self._taken(request, session, named)
            finally:
                self._studio.busy.discard(key)
        received = self._studio.received(session)
        if received < session.size:
            lose_answer(request)
            return web.Response(status=_INCOMPLETE, headers=_range(received))
        return await self._finished(request, session)

    async def cancel(self, request: web.Request) -> web.Response:
        """Give an upload up."""
        self._keys.entitled(request)
        session = self._studio.session(request.query.get("upload_id", ""))
        if session.ended:
            raise Problem(404, "Upload not found")
        self._studio.end(session)
        return web.Response(status=204)

    async def _taken(self, request: web.Request, session: Session, named: str) -> None:
        span = content_range(named)
        if span is None:
            raise invalid("Content-Range")
        start, stop, total = span
        at = self._studio.received(session)
        if total != session.size or start != at or request.content_length != stop - start:
            raise Problem(409, "The chunk does not match the range", headers=_range(at))
        with self._studio.path(session.id).open("ab") as file:
            async for block in blocks(request, request.content.read):
                file.write(block)
                file.flush()
                self._studio.touch(session)

    async def _finished(self, request: web.Request, session: Session) -> web.Response:
        self._studio.finishing.add(session.id)
        try:
            await asyncio.sleep(self._studio.settings.finishing_s)
            facts = await facts_of(self._studio.path(session.id))
            if facts is None:
                self._studio.end(session)
                raise Problem(422, "The video is unreadable")
            if self._studio.settings.filtered:
                self._studio.end(session)
                raise Problem(403, "The video did not pass the upload filter")
            video = self._studio.make(session, facts)
            told = {"video": {"id": video.id, "uuid": video.uuid, "shortUUID": video.short}}
            self._studio.end(session, told)
        finally:
            self._studio.finishing.discard(session.id)
        lose_answer(request)
        return web.json_response(told)


def _range(received: int) -> dict[str, str]:
    return {"Range": f"bytes=0-{received - 1}"} if received else {}


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except json.JSONDecodeError as error:
        raise invalid("body") from error
    if not isinstance(body, dict):
        raise invalid("body")
    return body
