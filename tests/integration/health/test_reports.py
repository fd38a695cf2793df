"""A link that broke in a player is asked sooner: once, and only the generation that broke."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from tests.integration.common.databases import administrator, opened
from tests.integration.common.deliveries import NOW, delivery_of
from tests.integration.common.library import add_episode
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.events.playback import PlaybackFailed, PlaybackFault
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.tunables_watch import TunablesWatch
from wellspring_health.adapters.postgres import PAUSE, SCHEMA, PostgresStore
from wellspring_health.adapters.runs import PostgresRuns
from wellspring_health.handlers import Handlers

LEASE = timedelta(minutes=5)
PLANNED = NOW + timedelta(minutes=30)


class EmptyBucket:
    """Nobody changed a setting yet."""

    async def get(self, key: str) -> bytes | None:
        return None


@dataclass(frozen=True)
class Care:
    """One link in health's care, and the handlers that hear of it."""

    admin: "asyncpg.Connection[asyncpg.Record]"
    handlers: Handlers
    episode_id: int
    link_id: int

    def report(self, *, generation: int = 2) -> PlaybackFailed:
        return PlaybackFailed(
            play_id=uuid4(),
            episode_id=self.episode_id,
            link_id=self.link_id,
            generation=generation,
            server="pixel",
            quality=720,
            position_s=3,
            first_try=True,
            reason=PlaybackFault.NETWORK,
        )

    async def plan(self, due: datetime | str, *, checked: datetime | None = None) -> None:
        await self.admin.execute(
            "update health.link_health set next_check_at = $2::text::timestamptz, last_checked_at = $3 "
            "where link_id = $1",
            self.link_id,
            str(due),
            checked,
        )

    async def due(self) -> datetime:
        found: datetime = await self.admin.fetchval(
            "select next_check_at from health.link_health where link_id = $1", self.link_id
        )
        return found


@pytest.fixture
async def care(database: FreshDatabase) -> AsyncGenerator[Care]:
    """Keep one link of generation 2, checked an hour ago and due in half an hour."""
    async with administrator(database) as admin, opened(database, "health") as held:
        episode = await add_episode(admin, qualities=(720,))
        link_id = await admin.fetchval(
            """
            insert into links.links (source_id, episode_id, quality, server, generation, label, kind,
                container, url, verified, scraped_at, expiry_basis, refresh_class, job_id)
            values ($1, $2, 720, 'pixel', 2, 'pixel', 'stream', 'mp4', 'https://pixel.example/1', true, $3,
                'default', 'safe', gen_random_uuid())
            returning id
            """,
            episode.source_ids[0],
            episode.episode_id,
            NOW,
        )
        await admin.execute(
            "insert into health.link_health (link_id, episode_id, generation, state, next_check_at) "
            "values ($1, $2, 2, 'alive', $3)",
            link_id,
            episode.episode_id,
            PLANNED,
        )
        handlers = Handlers(
            store=PostgresStore(held, Outbox(SCHEMA), Inbox(SCHEMA)),
            runs=PostgresRuns(held, Inbox(SCHEMA)),
            tunables=TunablesWatch(MemoryBus(), EmptyBucket(), keep_in=None),
            clock=FrozenClock(NOW),
            lease=LEASE,
        )
        yield Care(admin, handlers, episode.episode_id, link_id)


async def test_a_link_that_broke_in_a_player_becomes_due_once(care: Care) -> None:
    delivery = delivery_of(care.report())
    await care.handlers.on_playback_failed(delivery)
    assert await care.due() == NOW
    await care.plan(PLANNED)
    await care.handlers.on_playback_failed(delivery)
    assert await care.due() == PLANNED


@pytest.mark.parametrize("generation", [1, 3])
async def test_a_report_on_another_generation_counts_for_nothing(care: Care, generation: int) -> None:
    await care.handlers.on_playback_failed(delivery_of(care.report(generation=generation)))
    assert await care.due() == PLANNED


async def test_a_probe_that_runs_keeps_its_lease(care: Care) -> None:
    await care.plan(NOW + LEASE)
    await care.handlers.on_playback_failed(delivery_of(care.report()))
    assert await care.due() == NOW + LEASE


async def test_a_flood_of_reports_is_no_flood_of_probes(care: Care) -> None:
    await care.plan(PLANNED, checked=NOW)
    await care.handlers.on_playback_failed(delivery_of(care.report()))
    assert await care.due() == NOW + PAUSE


async def test_a_link_that_works_once_is_never_asked(care: Care) -> None:
    await care.plan("infinity")
    await care.handlers.on_playback_failed(delivery_of(care.report()))
    sql = "select next_check_at = 'infinity' from health.link_health where link_id = $1"
    assert await care.admin.fetchval(sql, care.link_id) is True
