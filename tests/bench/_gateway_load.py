"""A client of its own process: asks as fast as it is answered, or keeps streams open and waits.

Run as `python -m tests.bench._gateway_load`. It reads one order a line, as JSON, and answers with one.
"""

import asyncio
import itertools
import json
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from typing import Any

import nats

from ._gateway_ground import FILES, percentile

PATIENCE_S = 60.0


class _Asking(asyncio.Protocol):
    """One connection, with one request on its way at a time."""

    def __init__(self, requests: "itertools.cycle[bytes]", until: float, times: list[float]) -> None:
        self._requests, self._until, self._times = requests, until, times
        self._held = bytearray()
        self._sent = 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._held += data
        end = self._held.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._held[:end]).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(self._held) < end + 4 + length:
            return
        if not head.startswith(b"http/1.1 200"):
            raise SystemExit(f"a benchmark was answered {head[:40]!r}")
        self._held.clear()
        now = time.perf_counter()
        self._times.append(now - self._sent)
        if now < self._until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(next(self._requests))


async def ask(port: int, paths: Sequence[str], *, seconds: float, connections: int) -> dict[str, float]:
    """Ask for paths in turn, and return how many a second were answered and how long they took."""
    requests = itertools.cycle([f"GET {path} HTTP/1.1\r\nHost: b\r\n\r\n".encode() for path in paths])
    times: list[float] = []
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    made = [
        await loop.create_connection(lambda: _Asking(requests, began + seconds, times), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(asking.done for _, asking in made))
    took = time.perf_counter() - began
    return {"rate": len(times) / took, "p50": statistics.median(times), "p99": percentile(times, 0.99)}


class Streams:
    """Open streams of one episode."""

    def __init__(self) -> None:
        self._readers: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def open(self, port: int, episode: int, count: int) -> dict[str, float]:
        """Open streams, and return once each has its snapshot."""
        for _ in range(count):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET /api/v1/live?episode={episode} HTTP/1.1\r\nHost: b\r\n\r\n".encode())
            await reader.readuntil(b"event: snapshot\n")
            await reader.readuntil(b"\n\n")
            self._readers.append((reader, writer))
        return {"open": len(self._readers)}

    async def told(self, nats_url: str, subject: str, payload: str) -> dict[str, float]:
        """Say something on the bus, and return how long it took until all streams had told of it."""
        async with await nats.connect(nats_url) as client:
            hearing = [asyncio.create_task(_delta(reader)) for reader, _ in self._readers]
            await asyncio.sleep(0.1)
            began = time.perf_counter()
            await client.publish(subject, payload.encode())
            await client.flush()
            async with asyncio.timeout(PATIENCE_S):
                heard = await asyncio.gather(*hearing)
        return {"first": min(heard) - began, "last": max(heard) - began}

    async def close(self) -> dict[str, float]:
        """Leave."""
        for _, writer in self._readers:
            writer.close()
        self._readers.clear()
        return {}


async def _delta(reader: asyncio.StreamReader) -> float:
    await reader.readuntil(b"event: delta\n")
    now = time.perf_counter()
    await reader.readuntil(b"\n\n")
    return now


async def _main() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    loop, streams = asyncio.get_running_loop(), Streams()
    deeds = {"ask": ask, "open": streams.open, "told": streams.told, "close": streams.close}
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        answer = await deeds[order.pop("do")](**order)  # type: ignore[operator]
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_main())
