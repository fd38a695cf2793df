"""An upload host: takes a file in one form, or in pieces, and tells how far it is.

It is an origin of its own that wants no token: whoever knows uuid and seal may send.
"""

import asyncio
import hashlib
from typing import BinaryIO

from aiohttp import BodyPartReader, web

from ...domain.platforms.spans import Spans, content_range
from ...state import WorldState
from ..films import sha256_of
from ..receiving import Broken, blocks, lose_answer
from .desk import Desk, NoUpload
from .records import DONE, ERROR, UPLOADING, Upload

_PARTIAL = 202
_UNSATISFIABLE = 416


class UploadHost:
    """One of the hosts that files are sent to."""

    def __init__(self, state: WorldState, desk: Desk, name: str) -> None:
        self._state = state
        self._desk = desk
        self._name = name
        self._coming: dict[str, list[tuple[int, int]]] = {}
        """The spans that are on their way, by upload."""

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        return [web.post("/upload", self.upload), web.get("/progress", self.progress)]

    async def progress(self, request: web.Request) -> web.Response:
        """How far an upload is."""
        try:
            return web.json_response(self._desk.progress(request.query.get("uuid", "")))
        except NoUpload as refusal:
            return web.json_response({"state": "error", "error": refusal.message}, status=refusal.status)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Take a whole file as a form, or a piece of it where a Content-Range says which."""
        try:
            upload = self._desk.taking(
                request.query.get("uuid", ""), request.query.get("seal", ""), self._name
            )
            if "Content-Range" in request.headers:
                return await self._piece(request, upload)
            return await self._whole(request, upload)
        except NoUpload as refusal:
            return web.json_response({"error": refusal.message}, status=refusal.status)

    async def _whole(self, request: web.Request, upload: Upload) -> web.Response:
        if upload.state != "starting":
            raise NoUpload(410, "this upload url was used: get a new one")
        if request.content_type != "multipart/form-data":
            raise NoUpload(400, "the body must be multipart/form-data")
        upload.total = request.content_length or 0
        self._desk.begin(upload)
        try:
            name, digest = await self._form(request, upload)
        except (Broken, NoUpload):
            self._desk.end(upload, ERROR)
            raise
        receipt = await self._desk.complete(upload, name, digest, self._origin)
        lose_answer(request)
        return web.json_response(receipt)

    async def _form(self, request: web.Request, upload: Upload) -> tuple[str, str]:
        """The file's name and hash, once all of the form is read; raises Broken or NoUpload."""
        found = None
        try:
            form = await request.multipart()
            while (part := await form.next()) is not None:
                if isinstance(part, BodyPartReader) and part.name == "file":
                    found = part.filename or "file", await self._stored(request, part, upload)
        except (ValueError, AssertionError, ConnectionError) as error:
            raise Broken(str(error)) from error
        if found is None:
            raise NoUpload(400, "the form has no field `file`")
        return found

    async def _stored(self, request: web.Request, part: BodyPartReader, upload: Upload) -> str:
        digest = hashlib.sha256()
        with self._desk.path(upload).open("wb") as file:
            async for block in blocks(request, part.read_chunk):
                file.write(block)
                digest.update(block)
                self._desk.live[upload.uuid] = file.tell()
                self._desk.touch(upload)
        if not part.at_eof():
            raise Broken("the form ended early")
        return digest.hexdigest()

    async def _piece(self, request: web.Request, upload: Upload) -> web.Response:
        if not self._state.dailymotion.settings.chunked:
            raise NoUpload(400, "this host takes no pieces: send a form")
        if upload.state == DONE:
            return web.json_response(upload.receipt)
        named = content_range(request.headers["Content-Range"])
        if named is None or request.content_length != named[1] - named[0]:
            return self._told(upload, _UNSATISFIABLE)
        start, stop, total = named
        spans = Spans(upload.total or total, upload.parts)
        coming = self._coming.setdefault(upload.uuid, [])
        overlaps = any(first < stop and start < last for first, last in coming)
        if total != spans.total or overlaps or spans.touches(start, stop):
            return self._told(upload, _UNSATISFIABLE)
        if upload.state != UPLOADING:
            upload.total = total
            self._desk.begin(upload)
        coming.append((start, stop))
        try:
            await self._placed(request, upload, start)
        finally:
            coming.remove((start, stop))
        return await self._noted(request, upload, start, stop)

    async def _placed(self, request: web.Request, upload: Upload, start: int) -> None:
        """Write a piece where it belongs; raises Broken, and then none of it counts."""
        path = self._desk.path(upload)
        path.touch()
        counted = 0
        try:
            with path.open("r+b") as file:
                file.seek(start)
                async for block in blocks(request, request.content.read):
                    counted += self._written(file, block, upload)
            if counted != request.content_length:
                raise Broken("the piece ended early")
        finally:
            self._desk.live[upload.uuid] = self._desk.live.get(upload.uuid, 0) - counted

    def _written(self, file: BinaryIO, block: bytes, upload: Upload) -> int:
        file.write(block)
        self._desk.touch(upload)
        self._desk.live[upload.uuid] = self._desk.live.get(upload.uuid, 0) + len(block)
        return len(block)

    async def _noted(self, request: web.Request, upload: Upload, start: int, stop: int) -> web.Response:
        spans = Spans(upload.total, upload.parts)
        spans.add(start, stop)
        upload.parts = spans.parts
        self._desk.keep(upload)
        if not spans.complete:
            lose_answer(request)
            return self._told(upload, _PARTIAL)
        digest = await asyncio.to_thread(sha256_of, self._desk.path(upload))
        receipt = await self._desk.complete(upload, _name_of(request), digest, self._origin)
        lose_answer(request)
        return web.json_response(receipt)

    def _told(self, upload: Upload, status: int) -> web.Response:
        headers = {"Range": Spans(upload.total, upload.parts).header()} if upload.parts else {}
        told: dict[str, object] = {"seal": upload.seal, "received": sum(b - a for a, b in upload.parts)}
        return web.json_response(told, status=status, headers=headers)

    @property
    def _origin(self) -> str:
        return self._state.addresses[self._name]


def _name_of(request: web.Request) -> str:
    """The file name of a piece's `Content-Disposition`."""
    _, _, name = request.headers.get("Content-Disposition", "").partition("filename=")
    return name.strip('"; ') or "file"
