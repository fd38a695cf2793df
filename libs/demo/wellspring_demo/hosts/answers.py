"""The answers of hosts that misbehave, one function for each kind of fault."""

import asyncio
import os
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable
from functools import lru_cache

from aiohttp import web

from ..domain.faults import Fault
from ..domain.pages import message_page
from ..domain.request_log import Entry

MIB = 1024 * 1024
ENDLESS_CHUNK = b"<p>and so on</p>\n" * 2_000
DRIP_LENGTH = MIB
LOOK_S = 0.05
TINY = (
    bytes.fromhex("0000001c6674797069736f6d0000020069736f6d69736f326d703431") + b"\0\0\0\x08free" + bytes(476)
)
"""The head of an mp4 and nothing behind it, 512 bytes."""

Answer = Callable[[Fault, web.Request, Entry], Awaitable[web.StreamResponse]]


async def answer(fault: Fault, request: web.Request, entry: Entry) -> web.StreamResponse:
    """Answer in the place of a host that has this fault."""
    return await _ANSWERS[fault.kind](fault, request, entry)


def html_response(text: str, status: int = 200, **headers: str) -> web.Response:
    """A page."""
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


async def _status(fault: Fault, _request: web.Request, _entry: Entry) -> web.StreamResponse:
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    page = message_page(f"Error {fault.status}", "The demo world was told to fail here.")
    response = html_response(page, fault.status)
    response.headers.update(headers)
    return response


async def _challenge(_fault: Fault, _request: web.Request, _entry: Entry) -> web.StreamResponse:
    response = html_response(message_page("Just a moment...", "Checking your browser."), 403)
    response.headers["cf-mitigated"] = "challenge"
    return response


async def _garbage(_fault: Fault, _request: web.Request, _entry: Entry) -> web.StreamResponse:
    return web.Response(body=os.urandom(4096), content_type="text/html")


async def _endless(_fault: Fault, request: web.Request, entry: Entry) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await _begin(response, request, entry)
    while request.method != "HEAD":
        entry.bytes += len(ENDLESS_CHUNK)
        await response.write(ENDLESS_CHUNK)
    return response


async def _drip(fault: Fault, request: web.Request, entry: Entry) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    response.content_length = DRIP_LENGTH
    await _begin(response, request, entry)
    while request.method != "HEAD" and entry.bytes < DRIP_LENGTH:
        entry.bytes += 1
        await response.write(b".")
        await asyncio.sleep(fault.interval_s)
    return response


async def _html_as_video(_fault: Fault, _request: web.Request, _entry: Entry) -> web.StreamResponse:
    return html_response(message_page("File not found", "This file has been removed."))


async def _tiny(_fault: Fault, request: web.Request, _entry: Entry) -> web.StreamResponse:
    if request.headers.get("Range"):
        headers = {"Content-Range": f"bytes 0-{len(TINY) - 1}/{len(TINY)}"}
        return web.Response(body=TINY, status=206, content_type="video/mp4", headers=headers)
    return web.Response(body=TINY, content_type="video/mp4")


async def _head_rejected(_fault: Fault, _request: web.Request, _entry: Entry) -> web.StreamResponse:
    return web.Response(status=405, headers={"Allow": "GET"})


async def _redirect_to(fault: Fault, _request: web.Request, _entry: Entry) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": fault.url})


async def _gzip_bomb(fault: Fault, _request: web.Request, _entry: Entry) -> web.StreamResponse:
    return web.Response(body=bomb(fault.mib), content_type="text/html", headers={"Content-Encoding": "gzip"})


async def _reset(_fault: Fault, request: web.Request, _entry: Entry) -> web.StreamResponse:
    cut(request)
    raise ConnectionResetError("the demo world cut this connection")


def cut(request: web.Request) -> None:
    """End a connection with a TCP reset."""
    if request.transport is not None:
        wire = request.transport.get_extra_info("socket")
        # Zero linger makes the close a TCP reset instead of an orderly end.
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()


async def _hang(_fault: Fault, request: web.Request, _entry: Entry) -> web.StreamResponse:
    await hang(request)
    raise ConnectionResetError("nobody waits any more")


async def hang(request: web.Request) -> None:
    """Send nothing more until whoever asked has left."""
    # a transport tells nobody but its own protocol that it closes
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110  (the transport tells nobody)
        await asyncio.sleep(LOOK_S)


async def _empty(_fault: Fault, _request: web.Request, _entry: Entry) -> web.StreamResponse:
    return web.Response(content_type="application/json")


async def _broken_json(_fault: Fault, _request: web.Request, _entry: Entry) -> web.StreamResponse:
    return web.Response(body=b'{"id": "x1', content_type="application/json")


async def belatedly(fault: Fault, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Spoil the answer of a host that has done what it was asked: late, lost, or told by a proxy."""
    if fault.kind == "lost":
        cut(request)
        raise ConnectionResetError("the demo world lost this answer")
    if fault.kind == "proxied":
        return html_response(message_page(f"{fault.status} Bad Gateway", "nginx"), fault.status)
    await asyncio.sleep(fault.delay_s)
    return response


async def _begin(response: web.StreamResponse, request: web.Request, entry: Entry) -> None:
    entry.status = response.status
    await response.prepare(request)


@lru_cache(maxsize=2)
def bomb(mib: int) -> bytes:
    """A gzip body of about 1 KiB per MiB that it unpacks to."""
    zeros = bytes(MIB)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    # Flushed in full, the second block depends on nothing before it, and can be repeated as it is.
    packer.compress(zeros)
    packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(mib):
        check = zlib.crc32(zeros, check)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return head + block * mib + b"\x03\x00" + struct.pack("<II", check, (mib * MIB) & 0xFFFFFFFF)


_ANSWERS: dict[str, Answer] = {
    "status": _status,
    "challenge": _challenge,
    "garbage": _garbage,
    "endless": _endless,
    "drip": _drip,
    "html_as_video": _html_as_video,
    "tiny": _tiny,
    "head_rejected": _head_rejected,
    "redirect_to": _redirect_to,
    "gzip_bomb": _gzip_bomb,
    "reset": _reset,
    "hang": _hang,
    "empty": _empty,
    "broken_json": _broken_json,
}
