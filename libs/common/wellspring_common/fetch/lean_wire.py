"""A connection that asks for the start of one file after the other, in HTTP/1.1.

A probe needs a status, a few headers and 512 bytes. One object a connection and one future a request carry
that: no session, no request object, no stream. The parser is llhttp, as in aiohttp.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import httptools

from .aim import Aim
from .chain import REDIRECTS
from .faults import NotHttpError
from .wire import ERROR_START_BYTES, FIRST_BYTES

HEAD_BYTES = 32 * 1024
"""Of a status line and its headers. aiohttp takes as much."""
READ_BYTES = 8 * 1024
_MOST_READ = 256 * 1024
"""Whatever a server wraps around so few bytes: chunks of one byte with long extensions, for one."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FORBIDDEN = re.compile(r"[\x00\r\n]")
_HEARD = (
    "accept-ranges",
    "cf-mitigated",
    "content-length",
    "content-range",
    "content-type",
    "etag",
    "location",
    "retry-after",
    "sunset",
    "transfer-encoding",
)
"""All that anybody asks of an answer to a probe: the other headers are parsed, and not kept."""
_SPELLED = {spelled.encode(): name for name in _HEARD for spelled in (name, name.title(), name.upper())}
NOT_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "upgrade", "expect", "te"})
"""Headers that change how a connection is spoken. Who sets one wants more than a probe."""


@dataclass(slots=True)
class LeanAnswer:
    """What came back. Of the lean way these are the headers of `_HEARD` alone. Names are lower case."""

    status: int
    headers: dict[str, str]
    start: bytes


def header_bytes(headers: Mapping[str, str]) -> bytes:
    """Return a block of headers. Raises `ValueError` for one that cannot be sent."""
    lines = []
    for name, text in headers.items():
        if not _TOKEN.fullmatch(name) or _FORBIDDEN.search(text):
            raise ValueError("a header holds what no header may")
        lines.append(f"{name}: {text}\r\n")
    return "".join(lines).encode() + b"\r\n"


def request_bytes(aim: Aim, headers: bytes) -> bytes:
    """Return a GET."""
    return f"GET {aim.target} HTTP/1.1\r\nHost: {aim.origin.shown}\r\n".encode() + headers


class LeanConnection(asyncio.BufferedProtocol):
    """One connection. `ended` hears when it is closed, by whomever."""

    def __init__(self, ended: Callable[["LeanConnection"], None]) -> None:
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray(READ_BYTES)
        self._view = memoryview(self._buffer)
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._waiter: asyncio.Future[LeanAnswer] | None = None
        self.idle_since = 0.0
        self.due = 0.0
        self.is_open = False
        self.heard = False
        """Whether a byte of the answer to the last request has come."""
        self._begin()

    def _begin(self) -> None:
        self._headers: dict[str, str] = {}
        self._body = b""
        self._read = 0
        self._wanted = FIRST_BYTES
        self._status = 0
        self._result: LeanAnswer | None = None
        self._has_head = self._is_whole = self._keeps = False

    def ask(self, request: bytes, due: float) -> "asyncio.Future[LeanAnswer]":
        """Send a request and return what will hold its answer. `due` is for whoever calls `expire`."""
        if self._transport is None or not self.is_open:
            raise ConnectionResetError("the connection was closed")
        self._begin()
        self.heard = False
        self.due = due
        self._waiter = self._loop.create_future()
        self._transport.write(request)
        return self._waiter

    def drop(self) -> None:
        """Close at once, whatever is under way."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    def expire(self, now: float) -> None:
        """Give up an answer that was due."""
        if self._waiter is not None and self.due <= now:
            self._fail(TimeoutError())

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport, self.is_open = cast("asyncio.Transport", transport), True

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  (asyncio's signature)
        """Lend the buffer that the next bytes go into."""
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        """Take the next bytes."""
        self.heard = True
        if self._waiter is None or self._waiter.done():
            self.drop()  # nobody asked for that
            return
        self._read += nbytes
        try:
            self._parser.feed_data(self._view[:nbytes])
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if not self._is_whole:
                self._fail(NotHttpError("that is no HTTP"))
                return
            self._keeps = False  # what follows a whole answer is not asked about
        if self._is_whole or (self._has_head and len(self._body) >= self._wanted):
            self._answer(keep=self._is_whole and self._keeps)
        elif self._read > (_MOST_READ if self._has_head else HEAD_BYTES):
            self._fail(NotHttpError("too much around too little"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits."""
        self.is_open = False
        if self._waiter is not None and not self._waiter.done():
            # A body without a length ends with its connection.
            sized = "content-length" in self._headers or "transfer-encoding" in self._headers
            if self._has_head and not sized and exc is None:
                self._answer(keep=False)
            else:
                self._fail(exc or ConnectionResetError("the connection was closed"))
        self._ended(self)

    # the parser's side

    def on_message_begin(self) -> None:
        """Note that another answer follows the one that was asked for: then nothing more is believed."""
        if self._is_whole:
            self._keeps = False
            self._headers = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header that anybody asks for."""
        heard = _SPELLED.get(name) or _SPELLED.get(name.lower())
        if heard is not None:
            self._headers[heard] = value.decode("utf-8", "surrogateescape")

    def on_headers_complete(self) -> None:
        """Decide how much of the body is wanted."""
        if self._is_whole:
            return
        self._status = self._parser.get_status_code()
        if self._status in REDIRECTS and "location" in self._headers:
            self._wanted = 0
        elif self._status >= 400:  # noqa: PLR2004  (an HTTP status)
            self._wanted = ERROR_START_BYTES
        self._has_head = self._status >= 200  # noqa: PLR2004  (an HTTP status)
        self._keeps = self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        """Take what is wanted of the body."""
        if not self._is_whole and len(self._body) < self._wanted:
            self._body = (self._body + body)[: self._wanted]

    def on_message_complete(self) -> None:
        """Note the end, of an answer or of a mere announcement of one."""
        if self._is_whole:
            return
        if self._status >= 200:  # noqa: PLR2004  (an HTTP status)
            self._is_whole = True
            self._result = LeanAnswer(self._status, self._headers, self._body)
        else:
            self._headers = {}

    def _answer(self, *, keep: bool) -> None:
        waiter, self._waiter = self._waiter, None
        if not keep:
            self.drop()
        if waiter is not None and not waiter.done():
            waiter.set_result(self._result or LeanAnswer(self._status, self._headers, self._body))

    def _fail(self, error: Exception) -> None:
        waiter, self._waiter = self._waiter, None
        self.drop()
        if waiter is not None and not waiter.done():
            waiter.set_exception(error)
