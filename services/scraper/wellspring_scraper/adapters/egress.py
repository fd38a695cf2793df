"""The browser's only way out: a forward proxy in this process that vets, pins and counts.

Interception of requests inside the browser misses redirects and WebSockets. A proxy sees every dial.
"""

import asyncio
import base64
import contextlib
import hmac
import secrets
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import structlog
from yarl import URL

from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.fetch.faults import explain
from wellspring_common.fetch.guard import Guard, host_key
from wellspring_common.fetch.resolve import Lookup, VettingResolver, system_lookup

MOST_BYTES = 30 * 1024 * 1024
USER = "browser"
_HEAD_BYTES = 64 * 1024
_HEAD_S = 10.0
_DIAL_S = 5.0
_MOST_DIALS = 4
_CHUNK = 64 * 1024
_HOP_BY_HOP = (b"proxy-", b"connection:", b"keep-alive:")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Asked:
    """The head of one request to the proxy."""

    method: str
    target: str
    version: str
    headers: tuple[bytes, ...]

    @property
    def url(self) -> str:
        return f"https://{self.target}/" if self.method == "CONNECT" else self.target

    def header(self, name: bytes) -> bytes:
        start = name + b":"
        return next((one[len(start) :].strip() for one in self.headers if one.lower().startswith(start)), b"")

    @property
    def length(self) -> int:
        """Return the bytes of the request's body."""
        text = self.header(b"content-length")
        return int(text) if text.isdigit() else 0

    def forwarded(self, url: URL) -> bytes:
        kept = [one for one in self.headers if not one.lower().startswith(_HOP_BY_HOP)]
        first = f"{self.method} {url.raw_path_qs} {self.version}".encode()
        return b"\r\n".join((first, *kept, b"Connection: close", b"", b""))


class Egress:
    """Serves one browser. `troubles` are the hosts (`host:port`) that it did not reach, and why."""

    def __init__(self, guard: Guard, lookup: Lookup = system_lookup, *, most_bytes: int = MOST_BYTES) -> None:
        self._guard = guard
        self._resolver = VettingResolver(guard, lookup)
        self._most = self._left = most_bytes
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.token = secrets.token_urlsafe(24)
        self.troubles: dict[str, WellspringError] = {}
        self.latest: WellspringError | None = None
        self.exhausted = asyncio.Event()

    @property
    def url(self) -> str:
        """Return where the proxy listens."""
        if self._server is None:
            raise RuntimeError("the proxy is not running")
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def forget(self) -> None:
        """Begin a page: what went wrong before, and what others loaded, is not its trouble."""
        self.latest = None
        self._left = self._most
        self.exhausted.clear()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_HEAD_BYTES)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            # a browser that goes away in the middle is no news
            with contextlib.suppress(
                OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError
            ):
                await self._serve(reader, writer)
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_HEAD_S):
            asked = _parsed(await reader.readuntil(b"\r\n\r\n"))
        if asked is None:
            await _answer(writer, "400 Bad Request")
        elif not self._knows(asked):
            await _answer(
                writer, "407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="egress"'
            )
        else:
            await self._pass(asked, reader, writer)

    def _knows(self, asked: _Asked) -> bool:
        expected = b"Basic " + base64.b64encode(f"{USER}:{self.token}".encode())
        return hmac.compare_digest(asked.header(b"proxy-authorization"), expected)

    async def _pass(self, asked: _Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            url = self._guard.vet(asked.url)
            out_reader, out_writer = await self._dial(url)
        except WellspringError as error:
            self._note(asked, error)
            refused = isinstance(error, Permanent)
            await _answer(writer, "403 Forbidden" if refused else "502 Bad Gateway")
            return
        try:
            if asked.method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                up = asyncio.create_task(self._pipe(reader, out_writer))
            else:
                out_writer.write(asked.forwarded(url))
                up = asyncio.create_task(self._body(asked.length, reader, writer, out_writer))
            try:
                await self._pipe(out_reader, writer)
            finally:
                up.cancel()
                await asyncio.gather(up, return_exceptions=True)
        finally:
            out_writer.close()

    async def _body(
        self,
        length: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        out_writer: asyncio.StreamWriter,
    ) -> None:
        await self._pipe(reader, out_writer, length)
        # One connection, one request: a second one would reach the host without having been vetted, and
        # with our token in it. The browser repeats it on a connection of its own.
        if await reader.read(1):
            writer.close()
            out_writer.close()

    async def _dial(self, url: URL) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = url.raw_host or "", url.port or 0
        failed: OSError = OSError("the name has no address")
        try:
            # the vetted addresses are dialled, not the name: it cannot change its mind in between
            for found in (await self._resolver.resolve(host, port))[:_MOST_DIALS]:
                try:
                    async with asyncio.timeout(_DIAL_S):
                        return await asyncio.open_connection(found["host"], port)
                except (OSError, TimeoutError) as error:
                    failed = error
        except OSError as error:
            failed = error
        raise explain(failed, host) from None

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int | None = None
    ) -> None:
        left = most
        while left != 0 and (data := await reader.read(_CHUNK if left is None else min(left, _CHUNK))):
            left = left if left is None else left - len(data)
            self._left -= len(data)
            if self._left < 0:
                self.exhausted.set()
                return
            writer.write(data)
            await writer.drain()
        if most is None and writer.can_write_eof():
            writer.write_eof()

    def _note(self, asked: _Asked, error: WellspringError) -> None:
        try:
            host = host_key(URL(asked.url))
        except (ValueError, UnicodeError):
            host = asked.target[:100]
        self.latest = error
        if len(self.troubles) < 100:  # noqa: PLR2004  (enough to tell)
            self.troubles[host] = error
        log.info("egress.refused", host=host, code=error.code)


def _parsed(head: bytes) -> _Asked | None:
    first, *headers = head[:-4].split(b"\r\n")
    parts = first.decode("latin-1").split(" ")
    if len(parts) != 3:  # noqa: PLR2004  (enough to tell)
        return None
    return _Asked(parts[0].upper(), parts[1], parts[2], tuple(headers))


async def _answer(writer: asyncio.StreamWriter, status: str, *headers: str) -> None:
    lines = (f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "Connection: close", "", "")
    writer.write("\r\n".join(lines).encode())
    await writer.drain()
