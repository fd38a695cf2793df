"""A player that gets a film through gateways which are killed, and goes on where it was cut off."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum

import aiohttp

from tests.support.running import Running
from wellspring_cli.ports import LOOPBACK, choose
from wellspring_cli.programs import answers_ready

PATIENCE_S = 180.0
PATIENCE = aiohttp.ClientTimeout(total=PATIENCE_S)
PARTIAL = 206
AWAY = frozenset({502, 503})
PIECE = 16 * 1024
OTHER = "gateway-2"


class Way(StrEnum):
    """What a player does when its connection is cut off."""

    GOES_ON = "goes on"
    GIVES_UP = "gives up"
    BEGINS_ANEW = "begins anew"


@dataclass
class Player:
    """Gets one file. `replicas` are the gateways that it tries in turn, the next one after each cut.

    After a cut it waits while `paused`.
    """

    session: aiohttp.ClientSession
    replicas: Sequence[str]
    way: Way = Way.GOES_ON
    got: bytearray = field(default_factory=bytearray)
    cuts: int = 0
    etag: str = ""
    paused: bool = False

    async def play(self, path: str) -> bytes:
        """Return the file, or what somebody careless takes for it."""
        replicas = itertools.cycle(self.replicas)
        async with asyncio.timeout(PATIENCE_S):
            while not await self._is_done(f"{next(replicas)}{path}"):
                await asyncio.sleep(0.1)
                while self.paused:
                    await asyncio.sleep(0.1)
        return bytes(self.got)

    async def _is_done(self, url: str) -> bool:
        """Read on from where the file was cut off, and only of the same file."""
        at = 0 if self.way is Way.BEGINS_ANEW else len(self.got)
        headers = {"Range": f"bytes={at}-"} | ({"If-Range": self.etag} if self.etag else {})
        try:
            async with self.session.get(url, headers=headers, timeout=PATIENCE) as response:
                if response.status in AWAY:
                    return False
                assert response.status == PARTIAL, f"{response.status} {await response.text()}"
                assert response.headers["Content-Range"].startswith(f"bytes {at}-")
                self.etag = response.headers.get("ETag", "")
                return await self._has_read(response)
        except (aiohttp.ClientError, ConnectionError):
            return False

    async def _has_read(self, response: aiohttp.ClientResponse) -> bool:
        try:
            async for piece in response.content.iter_chunked(PIECE):
                self.got += piece
        except (aiohttp.ClientError, ConnectionError):
            self.cuts += 1
            return self.way is Way.GIVES_UP
        return True


@asynccontextmanager
async def second_gateway(running: Running) -> AsyncGenerator[str]:
    """Run another replica of the gateway, and yield its address."""
    stack = running.stack
    right = stack.supervisor.processes["gateway"].program
    port, ops_port, folder = choose(), choose(), stack.data.service(OTHER)
    folder.mkdir(mode=0o700, exist_ok=True)

    async def is_ready() -> bool:
        return await answers_ready(f"http://{LOOPBACK}:{ops_port}/readyz")

    env = {
        **right.env,
        "WELLSPRING_GATEWAY_PORT": str(port),
        "WELLSPRING_OPS_PORT": str(ops_port),
        "WELLSPRING_DATA_DIR": str(folder),
    }
    stack.supervisor.start(replace(right, name=OTHER, env=env, port=ops_port, is_ready=is_ready))
    try:
        await stack.wait_ready(OTHER)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        await stack.stop(OTHER)
        del stack.supervisor.processes[OTHER]
