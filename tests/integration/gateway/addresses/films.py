"""A host of films on loopback: what links lead to, with switches for what goes wrong."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from tests.support.serving import serving

FILM = b"\x00\x00\x00\x20ftypisom" + bytes(range(256)) * 1200
REFERER = "https://page.example/"
MASTER = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",URI="audio/list.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1000,AUDIO="a"
720/list.m3u8?sig=1
"""
LIST = """#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-KEY:METHOD=AES-128,URI="../key"
#EXT-X-MAP:URI="init.mp4"
#EXTINF:4,
one.m4s
#EXTINF:4,
/two.m4s
#EXT-X-ENDLIST
"""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def _playlist(text: str) -> web.StreamResponse:
    return web.Response(text=text, content_type="application/vnd.apple.mpegurl")


@dataclass
class FilmHost:
    """What the host serves and what it was asked: every path ends at the same film."""

    film: Path
    port: int
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Method, path and `Range`."""
    status: dict[str, int] = field(default_factory=dict)
    """What paths with this beginning answer instead."""
    refuses_head: bool = False
    private_target: str = ""

    def url(self, path: str) -> str:
        """Return the address of a file."""
        return f"http://127.0.0.1:{self.port}/{path}"

    def count(self, path: str) -> int:
        """Return how often a file was asked for."""
        return sum(asked == f"/{path}" for _, asked, _ in self.asked)

    def app(self) -> web.Application:
        """Return the application."""
        app = web.Application()
        routes: dict[str, Handler] = {
            "/hls/master.m3u8": lambda _: _playlist(MASTER),
            "/hls/720/list.m3u8": lambda _: _playlist(LIST),
            "/hls/audio/list.m3u8": lambda _: _playlist(LIST),
            "/hls/inside.m3u8": self._inside,
            "/page.mp4": self._page,
            "/short.mp4": self._short,
            "/endless.mp4": self._endless,
            "/away.mp4": self._away,
        }
        for path, handler in routes.items():
            app.router.add_get(path, self._noted(handler))
        app.router.add_get("/{rest:.*}", self._noted(self._file))
        return app

    def _noted(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            path = request.path
            self.asked.append((request.method, path, request.headers.get("Range")))
            status = next((code for start, code in self.status.items() if path.startswith(start)), None)
            if status is not None:
                return web.Response(status=status)
            if request.method == "HEAD" and self.refuses_head:
                return web.Response(status=405)
            if path.startswith("/guarded/") and request.headers.get("Referer") != REFERER:
                return web.Response(status=403)
            return await handler(request)

        return answer

    async def _file(self, request: web.Request) -> web.StreamResponse:
        beside = self.film.parent / request.path.lstrip("/")
        return web.FileResponse(beside if beside.is_file() else self.film)

    async def _inside(self, _: web.Request) -> web.StreamResponse:
        return await _playlist(f"#EXTM3U\n#EXTINF:4,\n{self.private_target}\n")

    @staticmethod
    async def _page(_: web.Request) -> web.StreamResponse:
        return web.Response(body=FILM, content_type="text/html")

    async def _away(self, _: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(self.private_target)

    @staticmethod
    async def _short(request: web.Request) -> web.StreamResponse:
        """Break off in the middle of the film."""
        response = web.StreamResponse(headers={"Content-Length": str(len(FILM))})
        response.content_type = "video/mp4"
        await response.prepare(request)
        await response.write(FILM[:200_000])
        assert request.transport is not None
        request.transport.close()
        return response

    @staticmethod
    async def _endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(10**12)})
        response.content_type = "video/mp4"
        await response.prepare(request)
        piece = FILM[:16_384]
        try:
            while True:
                await response.write(piece)
        except ConnectionError:
            return response


@asynccontextmanager
async def film_host(folder: Path, port: int) -> AsyncGenerator[FilmHost]:
    """Run a host."""
    film = folder / "film.mp4"
    film.write_bytes(FILM)
    host = FilmHost(film, port)
    async with serving(host.app(), port=port, patience_s=1):
        yield host
