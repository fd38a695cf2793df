"""A gateway that may reach one host of films, and a player that opens addresses there."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from tests.integration.gateway.conftest import Shared
from tests.integration.gateway.running import Gateway, Visitor
from tests.support.gateway import eventually
from wellspring_cli.ffprobe import ensure_ffprobe
from wellspring_common.tunables import Tunables

from .films import FilmHost, film_host
from .real import filmed

_visits = count()
WHOLE = {"Range": "bytes=0-"}
"""What VLC, mpv and ffmpeg send first."""


@dataclass(frozen=True)
class Got:
    """What a player got, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def location(self) -> str:
        """Return where it is sent."""
        return self.headers["Location"]


@dataclass(frozen=True)
class Cinema:
    """An episode in three qualities, without links yet, and the host that its links lead to."""

    gateway: Gateway
    films: FilmHost
    episode: int
    player: aiohttp.ClientSession
    tuned: set[str] = field(default_factory=set)

    async def add(self, quality: int, server: str, path: str, **changes: Any) -> int:
        """Store a link to a file of the host."""
        url = path if "://" in path else self.films.url(path)
        (link,) = await self.gateway.add_links(self.episode, {quality: {server: url}}, **changes)
        return link

    async def get(self, path: str, *, method: str = "GET", **headers: str) -> Got:
        """Open an address as a player does. Redirects are answers."""
        where = URL(path if "://" in path else f"{self.gateway.url}{path}", encoded=True)
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        async with self.player.request(method, where, headers=sent, allow_redirects=False) as response:
            return Got(response.status, response.headers, await response.read())

    async def open(self, quality: int | str = 720, file: str = "The Glory S01E01.mp4") -> Got:
        """Open the permanent address of the episode, from its beginning."""
        return await self.get(f"/w/{self.episode}/{quality}/{file.replace(' ', '%20')}", **WHOLE)

    async def tune(self, **values: Any) -> None:
        """Change run-time settings, and wait until the gateway goes by them: one of them can be seen."""
        self.tuned.update(values)
        admin = await self.gateway.signed_in("admin")
        await self._change(admin, values, seen=await self._seen(admin) % 9 + 1)

    async def untune(self) -> None:
        """Leave the gateway with the settings that it came with."""
        defaults = Tunables().model_dump(mode="json")
        await self.tune(**{key: defaults[key] for key in self.tuned})
        await self._change(
            await self.gateway.signed_in("admin"), {}, seen=defaults["min_servers_per_episode"]
        )

    async def _change(self, admin: Visitor, values: Mapping[str, Any], *, seen: int) -> None:
        changes = {**values, "min_servers_per_episode": seen}
        answer = await admin.send("PATCH", "/api/v1/settings", changes)
        assert answer.status == 200, answer.text
        await eventually(lambda: self._seen(admin), lambda found: found == seen)

    async def _seen(self, admin: Visitor) -> int:
        answer = await admin.get(f"/api/v1/episodes/{self.episode}/live-state")
        minimum: int = answer.json["server_info"]["minimum"]
        return minimum


@pytest.fixture
async def films(shared: Shared, tmp_path: Path) -> AsyncGenerator[FilmHost]:
    async with film_host(tmp_path, shared.films_port) as host:
        yield host


@pytest.fixture
async def cinema(gateway: Gateway, films: FilmHost) -> AsyncGenerator[Cinema]:
    """Visit the shared gateway from an address that nobody had before: it remembers what failed for whom."""
    number = next(_visits)
    address = f"127.77.{number // 250}.{number % 250 + 1}"
    timeout = aiohttp.ClientTimeout(total=20)
    connector = aiohttp.TCPConnector(local_addr=(address, 0))
    async with aiohttp.ClientSession(timeout=timeout, auto_decompress=False, connector=connector) as player:
        cinema = Cinema(gateway, films, await gateway.add_episode(), player)
        yield cinema
    if cinema.tuned:
        await cinema.untune()


@pytest.fixture
async def ffprobe(cinema: Cinema) -> str:
    """Return a real player's prober, with a real film on the host."""
    found = await asyncio.to_thread(ensure_ffprobe)
    if found is None:
        pytest.skip("no ffprobe on this machine")
    await filmed(cinema.films.film)
    return str(found)
