"""A refresher on a real database whose events, settings and clock a test has in its hands."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any, TypeAlias

from tests.integration.common.databases import opened
from tests.integration.common.deliveries import delivery_of
from tests.integration.common.library import Episode, add_job
from tests.integration.refresher.happenings import failed, link, result, scraped
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.bus.handling import Arrived, Handling
from wellspring_common.events.config import SettingsChanged
from wellspring_common.events.envelope import Event
from wellspring_common.events.playback import PlaybackStarted
from wellspring_common.events.scrape import FoundLink, ScrapeRequested, SourceResult
from wellspring_common.ids import uuid7
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.testing.graveyard import MemoryGraveyard
from wellspring_common.testing.kv import MemoryValues
from wellspring_common.tunables import TUNABLES_KEY, Tunables, TunablesCopy
from wellspring_common.tunables_watch import TunablesWatch
from wellspring_refresher.adapters.crawls import PostgresCrawls
from wellspring_refresher.adapters.due import PostgresDue
from wellspring_refresher.adapters.given_up import PostgresGivenUp
from wellspring_refresher.adapters.planning import PostgresPlanning
from wellspring_refresher.adapters.postgres import SCHEMA, PostgresStore
from wellspring_refresher.adapters.viewing import PostgresViewing
from wellspring_refresher.handlers import Handlers
from wellspring_refresher.settings import RefresherSettings
from wellspring_refresher.sweeps import Sweeps

Results: TypeAlias = tuple[SourceResult, ...]


class Rig:
    """The refresher with everything it is made of."""

    def __init__(self, handlers: Handlers, sweeps: Sweeps, admin: Any, bus: MemoryBus) -> None:
        self.handlers, self.sweeps, self.admin = handlers, sweeps, admin
        self.clock: FrozenClock = handlers.clock  # type: ignore[assignment]
        self.bus, self.values = bus, MemoryValues()
        self.graveyard = MemoryGraveyard()
        self._revision = 0

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def tune(self, **values: object) -> None:
        """Change settings as an operator does, and wait until the refresher has heard of it."""
        self._revision += 1
        copy = TunablesCopy(revision=self._revision, values=Tunables.model_validate(values))
        await self.values.put(TUNABLES_KEY, copy.model_dump_json().encode())
        event = SettingsChanged(keys=tuple(values), revision=self._revision)
        await self.bus.publish(event, delivery_of(event).envelope)
        async with asyncio.timeout(10):
            while self.handlers.tunables.revision < self._revision:
                await asyncio.sleep(0.005)

    async def say(self, *events: Event) -> None:
        """Bring events to the refresher, each twice: what comes again changes nothing."""
        for event in events:
            delivery = delivery_of(event)
            is_play = isinstance(event, PlaybackStarted)
            handling = Handling(
                self.handlers.plays() if is_play else self.handlers.subscription(), self.graveyard
            )
            headers = delivery.envelope.headers()
            for number in (1, 2):
                arrived = Arrived(delivery.subject, delivery.payload, headers, number, delivery.working)
                assert (await handling.handle(arrived)).is_done
        assert (self.graveyard.failures, self.graveyard.buried) == ({}, [])

    async def scrape(
        self, episode: Episode, *links: FoundLink, results: tuple[SourceResult, ...] = ()
    ) -> None:
        """Have a scrape find these links behind the episode's first source."""
        given = results or (result(episode.source_ids[0], *links or (link("pixel"), link("fsl"))),)
        await self.say(scraped(uuid7(), episode.episode_id, given, started_at=self.now))

    async def fail(
        self, episode: Episode, *, code: str = "drift", results: tuple[SourceResult, ...] = ()
    ) -> None:
        """Have a scrape of the episode find nothing."""
        job_id = await add_job(self.admin, episode.episode_id, requested_at=self.now)
        event = failed(job_id, episode.episode_id, started_at=self.now, code=code)
        await self.say(event.model_copy(update={"results": results}))

    async def play(self, episode_id: int) -> None:
        """Have somebody press play."""
        await self.say(
            PlaybackStarted(
                play_id=uuid7(),
                episode_id=episode_id,
                link_id=1,
                generation=1,
                server="pixel",
                quality=720,
                position_s=0,
                first_try=True,
            )
        )

    async def turn(self, episode_id: int) -> dict[str, Any]:
        """Return the episode's row in the schedule."""
        row = await self.admin.fetchrow(
            "select * from links.refresh_schedule where episode_id = $1", episode_id
        )
        return dict(row or {})

    async def requests(self) -> list[ScrapeRequested]:
        """Return what was asked of the scraper, in order."""
        rows = await self.admin.fetch(
            "select payload from links.outbox where subject like 'scrape.requested%' order by id"
        )
        return [ScrapeRequested.model_validate_json(row["payload"]) for row in rows]

    async def plan_all(self) -> None:
        """Let the schedule be planned until there is nothing more to plan."""
        while await self.sweeps.plan_once():
            pass


@asynccontextmanager
async def rigged(database: FreshDatabase, admin: Any, clock: FrozenClock) -> AsyncGenerator[Rig]:
    """Run a refresher that listens for settings and does the rest when it is told to."""
    bus = MemoryBus()
    async with opened(database, "refresher") as held:
        outbox, inbox = Outbox(SCHEMA), Inbox(SCHEMA)
        store, crawls = PostgresStore(held, outbox, inbox), PostgresCrawls(held, inbox)
        values = MemoryValues()
        tunables = TunablesWatch(bus, values, keep_in=None)
        handlers = Handlers(
            store=store,
            viewing=PostgresViewing(held, inbox),
            crawls=crawls,
            given_up=PostgresGivenUp(held, outbox, inbox),
            tunables=tunables,
            clock=clock,
        )
        sweeps = Sweeps(
            store=store,
            due=PostgresDue(held, outbox),
            planning=PostgresPlanning(held),
            crawls=crawls,
            tunables=tunables,
            clock=clock,
            settings=RefresherSettings(),
        )
        rig = Rig(handlers, sweeps, admin, bus)
        rig.values = values
        following = asyncio.create_task(tunables.run())
        try:
            yield rig
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
