"""Answers that all libraries give alike: files with ranges and validators, JSON, pictures, plain pages."""

import asyncio
import html
from pathlib import Path
from typing import Any

from aiohttp import web

from ..hosts.answers import html_response
from ..hosts.files import wanted_bytes
from .media import poster


async def file_response(
    request: web.Request, path: Path, content_type: str, **headers: str
) -> web.StreamResponse:
    """Serve a file, or the part of it that was asked for. Library files are small: one piece is enough."""
    body = await asyncio.to_thread(path.read_bytes)
    return body_response(request, body, content_type, f'"{len(body):x}-{path.stem}"', **headers)


def body_response(
    request: web.Request, body: bytes, content_type: str, etag: str, **headers: str
) -> web.StreamResponse:
    """Serve bytes as a static file server does."""
    told = {"Content-Type": content_type, "ETag": etag, "Accept-Ranges": "bytes", **headers}
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers=told)
    if "Range" not in request.headers or request.headers.get("If-Range", etag) != etag:
        return web.Response(body=body, headers=told)
    wanted = wanted_bytes(request, len(body))
    if wanted is None:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{len(body)}"})
    told["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{len(body)}"
    return web.Response(body=body[wanted.start : wanted.stop], status=206, headers=told)


async def picture_response(request: web.Request, title: str) -> web.StreamResponse:
    """Serve the poster of a title."""
    body = await asyncio.to_thread(poster, title)
    return body_response(request, body, "image/jpeg", f'"{len(body):x}-poster"')


def json_response(data: Any, status: int = 200, content_type: str = "application/json") -> web.Response:
    """Answer with JSON."""
    return web.json_response(data, status=status, content_type=content_type)


def page_response(title: str, text: str, *, head: str = "", status: int = 200) -> web.Response:
    """Answer with the page that a person would see; `head` is markup of its own."""
    shown = f"<title>{html.escape(title)}</title>{head}"
    body = f"<h1>{html.escape(title)}</h1><p>{html.escape(text)}</p>"
    return html_response(f"<!doctype html><html><head>{shown}</head><body>{body}</body></html>", status)


def redirect(location: str) -> web.Response:
    """Send a visitor elsewhere."""
    return web.Response(status=302, headers={"Location": location})


def whole_number(request: web.Request, name: str, default: int) -> int:
    """Return a number of the query; a word that is none counts as the default."""
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else default  # noqa: PLR2004  (no longer number)
