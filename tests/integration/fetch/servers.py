"""A hostile and a helpful server on loopback, for the fetcher to meet."""

import asyncio
import gzip
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

from aiohttp import web
from aiohttp.typedefs import Handler

from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.limits import Limits
from wellspring_common.fetch.pace import PaceRule
from wellspring_common.fetch.resolve import Lookup, system_lookup

EAGER = PaceRule(concurrency=20, burst=1000, rate_per_s=1000)
WAYS = ("lean probe", "probe by aiohttp")
FILM = b"\x00\x00\x00\x20ftypisom" + bytes(200_000)


@cache
def packed_bomb() -> bytes:
    """Return a hundred megabytes of nothing, packed: not by everybody who imports this."""
    return gzip.compress(bytes(100_000_000), 9)


def fetcher_for(
    *ports: int,
    limits: Limits | None = None,
    lookup: Lookup = system_lookup,
    names: tuple[str, ...] = (),
    lean: bool = True,
) -> Fetcher:
    """Return a fetcher to which only these ports of this machine, and these names, are open."""
    allow = {f"127.0.0.1:{port}" for port in ports} | set(names)
    return Fetcher(Guard(frozenset(allow)), pace=EAGER, limits=limits, lookup=lookup, lean=lean)


@dataclass
class Site:
    """A running server and what it was asked."""

    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    sent: int = 0

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


SITE = web.AppKey("site", Site)


@web.middleware
async def remember(request: web.Request, handler: Handler) -> web.StreamResponse:
    site = request.app[SITE]
    site.asked.append((request.method, request.path_qs))
    site.headers.append({name.lower(): text for name, text in request.headers.items()})
    return await handler(request)


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    try:
        while True:
            await response.write(bytes(65_536))
            request.app[SITE].sent += 65_536
    except ConnectionError:
        return response


async def drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    try:
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.02)
    except ConnectionError:
        return response


async def film(request: web.Request) -> web.Response:
    if "Range" not in request.headers:
        return web.Response(body=FILM, content_type="video/mp4")
    headers = {"Content-Range": f"bytes 0-511/{len(FILM)}"}
    return web.Response(status=206, body=FILM[:512], content_type="video/mp4", headers=headers)


async def head_only(request: web.Request) -> web.Response:
    if request.method != "HEAD":
        return web.Response(status=405)
    return web.Response(body=FILM, content_type="video/mp4")


async def to(request: web.Request) -> web.Response:
    return web.Response(status=int(request.query.get("s", "302")), headers={"Location": request.query["u"]})


async def loop(_: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "/loop"})


async def bomb(_: web.Request) -> web.Response:
    return web.Response(body=packed_bomb(), headers={"Content-Encoding": "gzip"})


async def status(request: web.Request) -> web.Response:
    found = {"Retry-After": request.query["after"]} if "after" in request.query else {}
    return web.Response(status=int(request.match_info["code"]), text="sorry", headers=found)


async def challenge(_: web.Request) -> web.Response:
    return web.Response(
        status=403, text="<title>Just a moment...</title>", headers={"cf-mitigated": "challenge"}
    )


async def slow(_: web.Request) -> web.Response:
    await asyncio.sleep(30)
    return web.Response()


async def reset(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def echo(request: web.Request) -> web.Response:
    return web.json_response({"method": request.method, "body": await request.text()})


async def cookie(request: web.Request) -> web.Response:
    response = web.Response(text=request.cookies.get("k", "none"))
    response.set_cookie("k", "v")
    return response


async def zipped(_: web.Request) -> web.Response:
    return web.Response(body=gzip.compress(b"<p>hello</p>"), headers={"Content-Encoding": "gzip"})


@asynccontextmanager
async def running_site() -> AsyncGenerator[Site]:
    """Serve until the block ends."""
    site = Site()
    app = web.Application(middlewares=[remember])
    app[SITE] = site
    app.add_routes(
        [
            web.get("/endless", endless),
            web.get("/drip", drip),
            web.get("/film", film),
            web.route("*", "/headonly", head_only),
            web.route("*", "/to", to),
            web.get("/loop", loop),
            web.get("/bomb", bomb),
            web.get("/status/{code}", status),
            web.get("/challenge", challenge),
            web.get("/slow", slow),
            web.get("/reset", reset),
            web.route("*", "/echo", echo),
            web.get("/cookie", cookie),
            web.get("/zipped", zipped),
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    assert runner.addresses
    site.port = int(runner.addresses[0][1])
    try:
        yield site
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_server(answer: bytes, *, then_wait: bool = False) -> AsyncGenerator[int]:
    """Answer every connection with the same bytes, whatever they are."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            if then_wait:
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
