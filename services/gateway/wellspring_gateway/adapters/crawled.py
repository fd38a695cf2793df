"""Titles, episodes and sources that a crawl found, stored in one transaction with what is told of them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import asyncpg
import structlog

from wellspring_common.bus.port import Delivery
from wellspring_common.events.catalog import CatalogChange, CatalogChanged
from wellspring_common.events.crawl import CatalogCrawled, CrawledTitle
from wellspring_common.ids import derived_id
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database

from ..crawling import CrawlTally
from ..domain.crawled import IDS, changes, facts_of, key_fits
from ..domain.episodes import Vet
from ..domain.matching import Decision, Known, Standing, decide, standing_of
from ..domain.titles import slug_of, slug_with, slugs_of
from . import crawl_queries as queries
from .crawled_episodes import Shelf, StoredEpisodes
from .queries import LOCK_TITLES
from .telling import events_of
from .wished_files import ask_for, wished_by

SLUG_TRIES = 9

# Not a taken name or id: that is somebody else's write at the same time, and another try finds it.
_NEVER_STORED = (asyncpg.DataError, asyncpg.CheckViolationError, asyncpg.ProgramLimitExceededError)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Place:
    """The title that a page is about, and what the page has done to it."""

    title_id: int
    standing: Standing
    is_added: bool
    facts_changed: bool
    is_later_part: bool
    """Whether an earlier event of this crawl brought the title: its parts count once."""


class PostgresCrawled:
    """Stores what crawls find. Identity is decided by one event at a time, over all replicas."""

    def __init__(self, database: Database, outbox: Outbox, inbox: Inbox, *, vet: Vet) -> None:
        self._database = database
        self._outbox = outbox
        self._inbox = inbox
        self._vet = vet

    async def store(
        self, consumer: str, delivery: Delivery, event: CatalogCrawled, *, now: datetime
    ) -> CrawlTally | None:
        """Store what is new or changed and return the count, or nothing for an event that was handled."""
        async with self._database.transaction() as connection:
            if not await self._inbox.first_time(connection, consumer, delivery.envelope.event_id):
                return None
            catalogue = await connection.fetchrow(queries.CATALOGUE, event.catalogue_id)
            if catalogue is None:
                log.warning("crawl.orphaned", catalogue_id=event.catalogue_id, job_id=str(event.job_id))
                return None
            await connection.execute(LOCK_TITLES)
            files_for = await wished_by(connection, event.job_id)
            writer = _Writer(connection, self._outbox, delivery, event, catalogue, self._vet, now, files_for)
            tally = CrawlTally()
            for ordinal, crawled in enumerate(event.titles):
                await delivery.working()
                tally += await writer.write_apart(crawled, ordinal)
            counts = asdict(tally).values()
            await connection.execute(queries.COUNT_RESULTS, event.job_id, event.catalogue_id, *counts)
            return tally


@dataclass(frozen=True)
class _Writer:
    """Writes the titles of one event, in its transaction."""

    connection: Connection
    outbox: Outbox
    delivery: Delivery
    event: CatalogCrawled
    catalogue: asyncpg.Record
    vet: Vet
    now: datetime
    files_for: str | None
    """Who wants the files of all that is written here."""

    async def write_apart(self, crawled: CrawledTitle, ordinal: int) -> CrawlTally:
        """Store one title, so that one which Postgres will never take does not hold up the others."""
        try:
            async with self.connection.transaction():
                return await self.write(crawled, ordinal)
        except _NEVER_STORED as error:
            log.warning(
                "crawl.title_refused", job_id=str(self.event.job_id), key=crawled.key[:200], error=str(error)
            )
            return CrawlTally(refused=1)

    async def write(self, crawled: CrawledTitle, ordinal: int) -> CrawlTally:
        """Store one title with its episodes and return what that changed."""
        facts = facts_of(crawled, vet=self.vet)
        if not key_fits(crawled.key) or "title" not in facts:
            return CrawlTally(refused=1)
        place = await self._place(crawled.key, facts)
        if place is None:
            return CrawlTally(titles_unchanged=1)
        shelf = Shelf(self.connection, self.event, place.title_id, place.standing)
        stored = await shelf.put_all(crawled.episodes, self.vet)
        await self._tell(place, stored, ordinal)
        if self.files_for is not None:
            await ask_for(
                self.connection,
                self.outbox,
                self.delivery,
                place.title_id,
                by=self.files_for,
                now=self.now,
            )
        is_changed = place.facts_changed or bool(stored.added or stored.changed)
        counts = not place.is_added and not place.is_later_part
        return CrawlTally(
            titles_added=int(place.is_added),
            titles_changed=int(counts and is_changed),
            titles_unchanged=int(counts and not is_changed),
            episodes_added=len(stored.added),
            sources_added=stored.sources_added,
            sources_moved=stored.sources_moved,
            refused=stored.refused,
        )

    async def _place(self, key: str, facts: dict[str, Any]) -> _Place | None:
        """Return the title, made or changed as its page says, or nothing for one that is in the trash."""
        definition, job_id = self.event.definition, self.event.job_id
        ref = await self.connection.fetchrow(queries.TITLE_OF_REF, definition, key)
        decision = await self._decision(ref, facts)
        standing = Standing(ref["standing"]) if ref is not None else standing_of(decision)
        if decision.title is not None and decision.title.trashed:
            if ref is None:
                values = (definition, "title", key, decision.title.id, None, standing.value, job_id)
                await self.connection.execute(queries.ADD_REF, *values)
            return None
        if not decision.ids_are_ours:
            facts = {name: value for name, value in facts.items() if name not in IDS}
        if decision.title is None:
            title_id, changed = await self._add(key, facts), facts
        else:
            title_id = decision.title.id
            changed = await self._change(title_id, facts, standing)
        if ref is None:
            values = (definition, "title", key, title_id, None, standing.value, job_id)
            await self.connection.execute(queries.ADD_REF, *values)
        for doubt in decision.doubts:
            await self.connection.execute(queries.ADD_DOUBT, title_id, doubt.id, doubt.reason)
        if "poster_url" in changed:
            await self.connection.execute(queries.WANT_POSTER, title_id, changed["poster_url"], self.now)
        return _Place(
            title_id,
            standing,
            is_added=decision.title is None,
            facts_changed=bool(changed),
            is_later_part=ref is not None and ref["job_id"] == job_id,
        )

    async def _decision(self, ref: asyncpg.Record | None, facts: dict[str, Any]) -> Decision:
        definition, ids = self.event.definition, [facts.get(name) for name in IDS]
        by_ref = Known(ref["id"], ref["kind"], ref["year"], ref["trashed"]) if ref is not None else None
        by_ids = await self.connection.fetch(queries.TITLES_OF_IDS, definition, *ids) if any(ids) else []
        by_name = []
        if by_ref is None and not by_ids:
            by_name = await self.connection.fetch(queries.TITLES_OF_NAME, definition, facts["title"])
        return decide(
            by_ref=by_ref,
            by_ids=[Known(**row) for row in by_ids],
            by_name=[Known(**row) for row in by_name],
            kind=facts["kind"],
            year=facts.get("year"),
        )

    async def _add(self, key: str, facts: dict[str, Any]) -> int:
        columns = {"language": self.catalogue["language"], "rights": self.catalogue["rights"], **facts}
        columns["slug"] = await self._free_slug(facts["title"], key)
        added: int = await self.connection.fetchval(queries.add_title(list(columns)), *columns.values())
        return added

    async def _change(self, title_id: int, facts: dict[str, Any], standing: Standing) -> dict[str, Any]:
        held = await self.connection.fetchrow(queries.HELD_TITLE, title_id)
        assert held is not None  # noqa: S101  (found in this transaction)
        changed = changes(dict(held), facts, standing=standing, locked=held["locked_fields"])
        if changed:
            sql = queries.change_title(list(changed))
            await self.connection.execute(sql, title_id, *changed.values())
        return changed

    async def _free_slug(self, title: str, key: str) -> str:
        """Return a free slug. Names without a latin letter all come to one: their keys tell them apart."""
        for slug in slugs_of(title, most=SLUG_TRIES):
            if not await self.connection.fetchval(queries.SLUG_TAKEN, slug):
                return slug
        return slug_with(slug_of(title), self.event.definition, key, str(self.delivery.envelope.event_id))

    async def _tell(self, place: _Place, stored: StoredEpisodes, ordinal: int) -> None:
        """Say which episodes came and which changed, so many in an event that it stays small."""
        told = events_of(place.title_id, stored.added, CatalogChange.ADDED)
        told += events_of(place.title_id, stored.changed, CatalogChange.CHANGED)
        if place.facts_changed and not told:
            told = [CatalogChanged(title_id=place.title_id, episode_ids=(), change=CatalogChange.CHANGED)]
        cause = self.delivery.envelope
        for part, said in enumerate(told):
            event_id = derived_id(cause.event_id, f"{CatalogChanged.subject}/{ordinal}", part)
            await self.outbox.add(self.connection, said, now=self.now, event_id=event_id, cause=cause)
