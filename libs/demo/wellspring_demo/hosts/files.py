"""Serves a video file as media hosts do: ranges, validators, and a count of every byte."""

from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from aiohttp import web

from ..domain.catalogue import Clip
from ..state import WorldState
from .front import ENTRY, shaped

BLOCK = 256 * 1024
WHOLE = 64 * 1024
"""Bodies up to this size are sent in one piece."""


async def serve_clip(
    state: WorldState, request: web.Request, clip: Clip, *, attachment: bool
) -> web.StreamResponse:
    """Serve the file of a clip, or the part that was asked for."""
    notice = shaped(request, "error_video") is not None
    path = await (state.media.notice() if notice else state.media.file(clip))
    size = path.stat().st_size
    etag = f'"{"notice" if notice else clip.key}-{size:x}"'
    ignored = shaped(request, "range_ignored") is not None
    headers = {
        "Content-Type": "video/mp4",
        "Content-Disposition": _disposition(clip.source.file_name, attachment=attachment),
        "ETag": etag,
        "Cache-Control": "no-store",
    }
    if not ignored:
        headers["Accept-Ranges"] = "bytes"
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers=headers)
    if ignored or request.headers.get("If-Range", etag) != etag or "Range" not in request.headers:
        return await _send(request, path, range(size), 200, headers)
    wanted = wanted_bytes(request, size)
    if wanted is None:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    return await _send(request, path, wanted, 206, headers)


def wanted_bytes(request: web.Request, size: int) -> range | None:
    """The bytes that the Range header names, None when the file has none of them."""
    try:
        start, stop, _ = request.http_range.indices(size)
    except ValueError:
        return None
    return range(start, stop) if start < stop else None


async def _send(
    request: web.Request, path: Path, wanted: range, status: int, headers: dict[str, str]
) -> web.StreamResponse:
    with path.open("rb") as file:
        file.seek(wanted.start)
        if len(wanted) <= WHOLE and request.method != "HEAD":
            return web.Response(body=file.read(len(wanted)), status=status, headers=headers)
        return await _stream(request, file, len(wanted), web.StreamResponse(status=status, headers=headers))


async def _stream(
    request: web.Request, file: BinaryIO, length: int, response: web.StreamResponse
) -> web.StreamResponse:
    entry = request[ENTRY]
    entry.status = response.status
    response.content_length = length
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    while length and (block := file.read(min(BLOCK, length))):
        length -= len(block)
        entry.bytes += len(block)
        await response.write(block)
    return response


def _disposition(file_name: str, *, attachment: bool) -> str:
    plain = file_name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    kind = "attachment" if attachment else "inline"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name)}"
