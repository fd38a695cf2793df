"""Load of every kind that there is, and its own books: what was asked for, and what was accepted."""

import asyncio
import itertools
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp

from tests.chaos.audience import Audience, Link
from tests.support.running import Running

PATIENCE_S = 120.0
ANSWER_S = aiohttp.ClientTimeout(total=5)
ACCEPTED = frozenset({200, 201, 202})
REFUSED = 500
"""From here on the answer says nothing about what was asked: it is asked again."""


@dataclass(frozen=True)
class Pace:
    """How much is asked for: seconds between two requests of a kind. No crawls without a pause for them."""

    wishers: int = 2
    wish_s: float = 0.4
    setting_s: float = 2.0
    crawl_s: float | None = None
    viewers: int = 2
    play_s: float = 0.1


@dataclass
class Load:
    """Asks until it is answered, each time with an identity that makes a repetition harmless."""

    running: Running
    name: str
    chance: random.Random
    pace: Pace
    over: asyncio.Event = field(default_factory=asyncio.Event)
    episodes: dict[str, int] = field(default_factory=dict)
    """Episodes that were accepted, by show: the identity of a request to add and of one to scrape."""
    wished: set[int] = field(default_factory=set)
    """Episodes whose forced scrape was accepted."""
    jobs: set[UUID] = field(default_factory=set)
    """The jobs that answers named."""
    revisions: set[int] = field(default_factory=set)
    """Revisions of the settings that answers named."""
    asked: int = 0
    unanswered: int = 0
    crawling: bool = False
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def accepted(self) -> int:
        return len(self.episodes) + len(self.wished) + len(self.revisions)

    async def wishes(self) -> None:
        """Add an episode of one quality and force its scrape, again and again."""
        while not self.over.is_set():
            number = next(self._numbers)
            show = f"{self.name} n{number}"  # a page that says 404 is one that was not found
            pages = await self.running.demo.mint(show, 1, (480,))
            body = {"show": show, "episode": "1", "link480": pages[480]}
            headers = {"Idempotency-Key": f"{self.name}/{number}".replace(" ", "-")}
            await self._insisted("POST", "/admin/add_episode", json=body, headers=headers)
            page = await self._insisted("GET", "/player", params={"show": show, "ep": "1"})
            episode_id = int(page["text"].partition("/api/v1/live?episode=")[2].partition('"')[0])
            self.episodes[show] = episode_id
            answer = await self._insisted("POST", f"/api/v1/episodes/{episode_id}/scrape", answered_by=409)
            self.wished.add(episode_id)
            if answer["status"] in ACCEPTED:
                self.jobs.add(UUID(answer["job"]["id"]))
            await self._rest(self.pace.wish_s)

    async def settings(self) -> None:
        """Change a setting, again and again, and leave it as it was."""
        while not self.over.is_set():
            await self._changed(self.chance.uniform(29, 31))
            await self._rest(self.pace.setting_s)
        await self._changed(30)

    async def crawls(self, catalogue_id: int) -> None:
        """Read a few titles of a catalogue, again and again, one crawl after the other."""
        number = 0
        while not self.over.is_set() and self.pace.crawl_s is not None:
            number += 1
            wish = {"scope": "ongoing", "limit": 5, "thorough": True}
            headers = {"Idempotency-Key": f"{self.name}/crawl/{number}".replace(" ", "-")}
            path = f"/api/v1/catalogues/{catalogue_id}/crawls"
            self.crawling = True
            crawl = await self._insisted("POST", path, json=wish, headers=headers)
            self.jobs.add(UUID(crawl["id"]))
            while crawl["state"] in {"queued", "running"} and not self.over.is_set():
                await self._rest(1)
                crawl = await self._insisted("GET", f"/api/v1/crawls/{crawl['id']}")
            self.crawling = False
            await self._rest(self.pace.crawl_s)

    async def catalogue(self) -> int:
        """Return the catalogue of the demo's list site, made unless it exists."""
        found = await self._insisted("GET", "/api/v1/catalogues")
        for each in found["catalogues"]:
            return int(each["id"])
        wish = {
            "name": self.name,
            "definition": "otakudesu",
            "base_urls": [self.running.stack.demo["anime"]],
            "enabled": False,
        }
        return int((await self._insisted("POST", "/api/v1/catalogues", json=wish))["id"])

    async def _changed(self, minutes: float) -> None:
        wish = {"probe_interval_minutes": minutes}
        answer = await self._insisted("PATCH", "/api/v1/settings", json=wish)
        self.revisions.add(int(answer["revision"]))

    async def _insisted(
        self,
        method: str,
        path: str,
        *,
        answered_by: int = 0,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Ask until there is an answer. `answered_by` is a refusal that only an earlier try can explain."""
        operator, tries = self.running.operator, 0
        url = f"{self.running.url}{path}"
        self.asked += method != "GET"
        async with asyncio.timeout(PATIENCE_S):
            while True:
                tries += 1
                try:
                    async with operator.session.request(
                        method, url, headers=operator.headers | (headers or {}), timeout=ANSWER_S, **more
                    ) as response:
                        text = await response.text()
                        if response.status in ACCEPTED or (response.status == answered_by and tries > 1):
                            return await _read(response, text)
                        assert response.status >= REFUSED, f"{method} {path}: {response.status} {text}"
                except (aiohttp.ClientError, ConnectionError, TimeoutError):
                    self.unanswered += 1
                await asyncio.sleep(0.2)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.over.wait()


async def _read(response: aiohttp.ClientResponse, text: str) -> dict[str, Any]:
    if "json" not in response.headers.get("Content-Type", ""):
        return {"status": response.status, "text": text}
    return {**await response.json(content_type=None), "status": response.status}


@asynccontextmanager
async def under_load(load: Load, audience: Audience, links: Sequence[Link]) -> AsyncGenerator[None]:
    """Ask for everything for as long as the block takes, and until what was begun then is answered."""
    works: list[Callable[[], Awaitable[None]]] = [load.settings]
    works += [load.wishes] * load.pace.wishers
    audience.pause_s = load.pace.play_s
    if load.pace.crawl_s is not None:
        catalogue = await load.catalogue()
        works.append(lambda: load.crawls(catalogue))
    works += [lambda: audience.watch(links, load.over)] * load.pace.viewers
    async with asyncio.TaskGroup() as group:
        for work in works:
            group.create_task(_coroutine(work))
        try:
            yield
        finally:
            load.over.set()


async def _coroutine(work: Callable[[], Awaitable[None]]) -> None:
    await work()
