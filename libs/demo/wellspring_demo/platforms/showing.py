"""The pages and films that platforms show to everybody."""

import html
from collections.abc import Iterable
from pathlib import Path

from aiohttp import web

from ..hosts.answers import html_response
from ..hosts.files import wanted_bytes
from ..hosts.sending import send
from ..state import WorldState

STYLE_PATH = "/platform.css"
_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; }
main, footer { max-width: 46rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
video { display: block; width: 100%; aspect-ratio: 16 / 9; background: #000; border-radius: .5rem; }
.tags { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; }
.tags li { padding: 0 .6rem; border: 1px solid; border-radius: 1rem; }
li { margin: .25rem 0; }
footer { border-top: 1px solid #8888; font-size: .875rem; }
"""


async def style(_request: web.Request) -> web.Response:
    """The stylesheet of all pages."""
    return web.Response(text=_STYLE, content_type="text/css")


def page(title: str, body: str, status: int = 200) -> web.Response:
    """A page for people; `body` is markup."""
    shown = html.escape(title)
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{shown}</title><link rel="stylesheet" href="{STYLE_PATH}">'
    )
    foot = '<footer><p>A stand-in of the demo world. <a href="/">Start</a></p></footer>'
    text = (
        f'<!doctype html><html lang="en"><head>{head}</head>'
        f"<body><main><h1>{shown}</h1>{body}</main>{foot}</body></html>"
    )
    return html_response(text, status)


def player(address: str) -> str:
    """The markup of a film that can be watched."""
    return f'<video controls preload="metadata" src="{html.escape(address)}"></video>'


def listing(found: Iterable[tuple[str, str]]) -> str:
    """The markup of a list of addresses and titles."""
    items = "".join(
        f'<li><a href="{html.escape(address)}">{html.escape(title)}</a></li>' for address, title in found
    )
    return f'<ol class="videos">{items}</ol>' if items else "<p>Nothing is published yet.</p>"


def paragraphs(text: str) -> str:
    """The markup of a text of several lines."""
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line.strip())


async def film_response(state: WorldState, request: web.Request, path: Path) -> web.StreamResponse:
    """Send a film, or the part of it that was asked for."""
    size = _size(path)
    headers = {"Content-Type": "video/mp4", "Accept-Ranges": "bytes", "ETag": f'"{path.stem}"'}
    if "Range" not in request.headers:
        return await send(state, request, path, range(size), headers)
    wanted = wanted_bytes(request, size)
    if wanted is None:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    return await send(state, request, path, wanted, headers)


def _size(path: Path) -> int:
    return path.stat().st_size
