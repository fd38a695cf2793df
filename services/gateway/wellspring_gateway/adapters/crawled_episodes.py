"""Episodes and sources of a crawled title, compared with what is stored."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import asyncpg

from wellspring_common.events.crawl import CatalogCrawled, CrawledEpisode
from wellspring_common.postgres import Connection

from ..domain.crawled import changes, episode_facts, episode_fits, sources_of
from ..domain.episodes import Vet
from ..domain.matching import Standing
from ..domain.sources import HeldSource, SeenSource, plan_sources
from . import crawl_queries as queries

_KIND = "episode"


@dataclass
class StoredEpisodes:
    """What storing a title's episodes led to: ids of those added, and of those whose pages changed."""

    added: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    sources_added: int = 0
    sources_moved: int = 0
    refused: int = 0


class Shelf:
    """A title's episodes as they are stored, and what an event does to them."""

    def __init__(
        self, connection: Connection, event: CatalogCrawled, title_id: int, standing: Standing
    ) -> None:
        self.stored = StoredEpisodes()
        self._connection = connection
        self._event = event
        self._title_id = title_id
        self._standing = standing
        self._rows: dict[int, dict[str, Any]] = {}
        self._places: dict[tuple[int, Decimal], int] = {}
        self._by_key: dict[str, tuple[int, Standing]] = {}
        self._sources: dict[int, list[HeldSource]] = defaultdict(list)

    async def put_all(self, crawled: Sequence[CrawledEpisode], vet: Vet) -> StoredEpisodes:
        """Store what is new or changed of episodes. One that the catalogue no longer lists is kept."""
        fitting = [episode for episode in crawled if episode_fits(episode)]
        self.stored.refused = len(crawled) - len(fitting)
        if fitting:
            await self._load([episode.key for episode in fitting])
            for episode in fitting:
                await self._put(episode, vet)
        return self.stored

    async def _load(self, keys: list[str]) -> None:
        rows = await self._connection.fetch(queries.EPISODES, self._title_id)
        self._rows = {row["id"]: dict(row) for row in rows}
        self._places = {(row["season"], row["number"]): row["id"] for row in rows}
        for row in await self._connection.fetch(queries.EPISODE_REFS, self._event.definition, keys):
            if row["title_id"] == self._title_id:
                self._by_key[row["external_key"]] = (row["episode_id"], Standing(row["standing"]))
        await self._load_sources(list(self._rows))

    async def _put(self, episode: CrawledEpisode, vet: Vet) -> None:
        pages, refused = sources_of(episode, vet=vet)
        self.stored.refused += refused
        known = self._by_key.get(episode.key)
        if known is not None:
            episode_id, standing = known
        else:
            # an episode that is there already is another page's or a person's: this one only adds to it
            at = self._places.get((episode.season, episode.number))
            standing = self._standing if at is None else Standing.SECOND
            episode_id = await self._add(episode) if at is None else at
            ref = (self._event.definition, _KIND, episode.key, self._title_id, episode_id)
            await self._connection.execute(queries.ADD_REF, *ref, standing.value, self._event.job_id)
            self._by_key[episode.key] = (episode_id, standing)
        is_new = episode_id in self.stored.added
        is_changed = await self._change(episode_id, episode, standing)
        is_changed |= await self._put_sources(episode_id, pages)
        if is_changed and not is_new and episode_id not in self.stored.changed:
            self.stored.changed.append(episode_id)

    async def _add(self, episode: CrawledEpisode) -> int:
        facts = {"name": None, "aired_at": None, **episode_facts(episode)}
        place = (episode.season, episode.number)
        values = (self._title_id, *place, facts["name"], facts["aired_at"])
        episode_id: int = await self._connection.fetchval(queries.ADD_EPISODE, *values)
        at = {"season": episode.season, "number": episode.number, "locked_fields": []}
        self._rows[episode_id] = {**at, **facts}
        self._places[place] = episode_id
        self.stored.added.append(episode_id)
        return episode_id

    async def _change(self, episode_id: int, episode: CrawledEpisode, standing: Standing) -> bool:
        held = self._rows[episode_id]
        if self._standing is not Standing.MADE:
            standing = self._standing
        changed = changes(held, episode_facts(episode), standing=standing, locked=held["locked_fields"])
        place = (episode.season, episode.number)
        if standing is Standing.MADE and place not in self._places:
            del self._places[held["season"], held["number"]]
            self._places[place] = episode_id
            changed |= {"season": episode.season, "number": episode.number}
        if not changed:
            return False
        held.update(changed)
        values = (held["season"], held["number"], held["name"], held["aired_at"])
        await self._connection.execute(queries.CHANGE_EPISODE, episode_id, *values)
        return True

    async def _put_sources(self, episode_id: int, pages: Sequence[SeenSource]) -> bool:
        plan = plan_sources(self._sources[episode_id], pages)
        for page in plan.added:
            await self._connection.execute(queries.ADD_SOURCE, episode_id, *_values(page))
        for source_id, page in plan.changed:
            await self._connection.execute(queries.CHANGE_SOURCE, source_id, *_values(page))
        if not plan.added and not plan.changed:
            return False
        self.stored.sources_added += len(plan.added)
        self.stored.sources_moved += plan.moved
        await self._load_sources([episode_id])
        return True

    async def _load_sources(self, episode_ids: list[int]) -> None:
        for episode_id in episode_ids:
            self._sources.pop(episode_id, None)
        for row in await self._connection.fetch(queries.SOURCES, episode_ids):
            self._sources[row["episode_id"]].append(_held(row))


def _values(page: SeenSource) -> tuple[object, ...]:
    return (page.quality, page.url, page.definition, page.language, page.key)


def _held(row: asyncpg.Record) -> HeldSource:
    return HeldSource(**{name: value for name, value in row.items() if name != "episode_id"})
