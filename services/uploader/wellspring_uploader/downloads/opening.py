"""Opening a link: vetted, at its host's pace, and with what its host says about that."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from yarl import URL

from wellspring_common.clock import Clock
from wellspring_common.errors import Permanent, Transient
from wellspring_common.fetch.answers import DEFAULT_RETRY_AFTER_S, failure, retry_after, status_code
from wellspring_common.fetch.guard import Guard, host_key
from wellspring_common.fetch.pace import Pacer
from wellspring_common.fetch.streams import Stream, Streams

PATIENCE_S = 20.0
_LONGEST_QUIET_S = 600.0
_SECRET = frozenset({"authorization", "cookie"})


@dataclass(frozen=True)
class Opener:
    """Opens URLs one by one. A host that wants to be left alone is, by all services."""

    guard: Guard
    streams: Streams
    pacer: Pacer
    clock: Clock

    @asynccontextmanager
    async def open(self, url: str, headers: Mapping[str, str]) -> AsyncGenerator[Stream]:
        """Hold an answer open that is no error. Raises `Transient`, `Throttled`, `Permanent`."""
        host = host_key(self.guard.vet(url))
        async with (
            self.pacer.turn(host, patience_s=PATIENCE_S),
            self.streams.open(url, headers=headers) as stream,
        ):
            wait = retry_after(stream.headers, self.clock.now())
            if status_code(stream.status, wait) == "throttled":
                quiet = DEFAULT_RETRY_AFTER_S if wait is None else wait
                self.pacer.quiet(host_key(URL(stream.url)), min(quiet, _LONGEST_QUIET_S))
            error = failure(stream.status, wait)
            if error is not None:
                raise error
            if stream.status not in {200, 206}:
                raise Permanent(f"The server answered {stream.status}.", code="refused")
            if stream.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
                raise Transient("The server packed the film, which nobody asked for.", code="garbage")
            yield stream

    async def read(self, url: str, headers: Mapping[str, str], *, most: int) -> tuple[str, bytes]:
        """Return the address that answered in the end, and its body. Raises `Permanent` with `too_large`."""
        async with self.open(url, headers) as stream:
            found = bytearray()
            async for chunk in stream.chunks():
                found += chunk
                if len(found) > most:
                    raise Permanent(f"The body is larger than {most} bytes.", code="too_large")
            return stream.url, bytes(found)


def headers_for(url: str, link_url: str, headers: Mapping[str, str]) -> dict[str, str]:
    """Return a link's headers for something it leads to: secrets stay with their origin."""
    if URL(url).origin() == URL(link_url).origin():
        return dict(headers)
    return {name: value for name, value in headers.items() if name.lower() not in _SECRET}
