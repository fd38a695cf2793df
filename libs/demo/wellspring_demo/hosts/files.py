"""Serves a video file as media hosts do: ranges, validators, and a count of every byte."""

from urllib.parse import quote

from aiohttp import web

from ..domain.catalogue import Clip
from ..state import WorldState
from .front import shaped
from .sending import send


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
        return await send(state, request, path, range(size), headers)
    wanted = wanted_bytes(request, size)
    if wanted is None:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    return await send(state, request, path, wanted, headers)


def wanted_bytes(request: web.Request, size: int) -> range | None:
    """The bytes that the Range header names, None when the file has none of them."""
    try:
        start, stop, _ = request.http_range.indices(size)
    except ValueError:
        return None
    return range(start, stop) if start < stop else None


def _disposition(file_name: str, *, attachment: bool) -> str:
    plain = file_name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    kind = "attachment" if attachment else "inline"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name)}"
