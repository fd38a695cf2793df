"""A media server that does as it is told: cuts, resets, forgets ranges, changes its mind."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class File:
    """One path of the server. `cuts` are the lengths after which bodies break off."""

    body: bytes
    ranges: bool = True
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "video/mp4"
    etag: str | None = None
    cuts: list[int] = field(default_factory=list)
    dead_after: int | None = None
    """After so many bodies that were asked for openly it answers 404."""
    gate: asyncio.Event | None = None
    """Bodies stop in the middle until this is set."""
    is_chunked: bool = False


class Outside:
    """The files of one server, and what was asked of it."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.asked: list[tuple[str, str]] = []
        self.url = ""
        self.host = ""
        self.middle = asyncio.Event()
        """Set when a body has stopped in its middle."""

    def put(self, path: str, body: bytes, **more: object) -> str:
        """Serve a file, and return its address."""
        self.files[path] = File(body, **more)  # type: ignore[arg-type]
        return f"{self.url}/{path}"

    def stream(self, folder: str, files: Mapping[str, bytes]) -> str:
        """Serve a stream, and return the address of its playlist."""
        for name, body in files.items():
            self.put(f"{folder}/{name}", body, content_type="application/octet-stream")
        return f"{self.url}/{folder}/list.m3u8"

    def rests(self, path: str) -> list[str]:
        """Return the ranges of a file that were asked for without an end."""
        return [wanted for asked, wanted in self.asked if asked == path and wanted.endswith("-")]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.lstrip("/")
        wanted = request.headers.get("Range", "")
        self.asked.append((path, wanted))
        file = self.files.get(path)
        if file is None:
            raise web.HTTPNotFound
        open_ended = not wanted or wanted.endswith("-")
        if open_ended and file.dead_after is not None:
            file.dead_after -= 1
            if file.dead_after < 0:
                raise web.HTTPNotFound
        if file.status != 200:
            return web.Response(status=file.status, headers=file.headers)
        return await self._send(request, file, wanted if file.ranges else "", open_ended=open_ended)

    async def _send(
        self, request: web.Request, file: File, wanted: str, *, open_ended: bool
    ) -> web.StreamResponse:
        size = len(file.body)
        if request.headers.get("If-Range", file.etag) != file.etag:
            wanted = ""
        start, stop = 0, size
        response = web.StreamResponse(headers={"Content-Type": file.content_type, **file.headers})
        if wanted:
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start, stop = int(first), min(int(last) + 1, size) if last else size
            if start >= size:
                return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
            response.set_status(206)
            response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        if file.etag is not None:
            response.headers["ETag"] = file.etag
        if file.is_chunked:
            response.enable_chunked_encoding()
        else:
            response.content_length = stop - start
        await response.prepare(request)
        end = stop
        if open_ended and file.cuts:
            end = min(stop, start + file.cuts.pop(0))
        body = file.body[start:end]
        if open_ended and file.gate is not None:
            half = len(body) // 2
            await response.write(body[:half])
            self.middle.set()
            await file.gate.wait()
            body = body[half:]
        await response.write(body)
        if end < stop:
            assert request.transport is not None
            request.transport.close()
            raise ConnectionResetError("as it was told")
        return response


@asynccontextmanager
async def running() -> AsyncGenerator[Outside]:
    """Run a server on a port of its own."""
    outside = Outside()
    app = web.Application()
    app.router.add_get("/{path:.*}", outside.answer)
    server = TestServer(app)
    await server.start_server()
    outside.host = f"127.0.0.1:{server.port}"
    outside.url = f"http://{outside.host}"
    try:
        yield outside
    finally:
        for file in outside.files.values():
            if file.gate is not None:
                file.gate.set()
        await server.close()
