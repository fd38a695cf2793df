"""A library whose titles lose their sources, and the two that look after it."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.integration.common.databases import administrator, opened
from tests.integration.common.library import Episode, add_episode
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Database
from wellspring_gateway.adapters.cleaning import PostgresCleaning
from wellspring_gateway.adapters.trash import PostgresTrash
from wellspring_gateway.domain.cleaning import Rules
from wellspring_gateway.upkeep import CleanRun

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = Rules(grace=timedelta(hours=24))


@dataclass(frozen=True)
class Library:
    """The library as its administrator arranges it, and as the gateway keeps it."""

    database: Database
    sql: "asyncpg.Connection[asyncpg.Record]"
    trash: PostgresTrash
    cleaning: PostgresCleaning

    async def add(self, *, qualities: tuple[int, ...] = (480, 720), age: timedelta = 90 * DAY) -> Episode:
        """Store a title that was added so long ago, with a source for each quality."""
        episode = await add_episode(self.sql, qualities=qualities)
        for table, column in (("titles", "id"), ("episodes", "title_id")):
            await self.sql.execute(
                f"update catalog.{table} set created_at = $2 where {column} = $1", episode.title_id, NOW - age
            )
        await self.sql.execute(
            "update catalog.sources set updated_at = $2 where episode_id = $1", episode.episode_id, NOW - age
        )
        return episode

    async def gone(self, *sources: int, times: int = 3, days: float = 2, last: datetime = NOW) -> None:
        """Say that the pages of sources were gone for good so often, over so many days."""
        for source in sources:
            await self.sql.execute(
                "insert into links.source_gone (source_id, times, first_at, last_at) values ($1, $2, $3, $4) "
                "on conflict (source_id) do update set times = excluded.times",
                source,
                times,
                last - days * DAY,
                last,
            )

    async def add_link(self, episode: Episode, *, state: str = "alive", **changes: Any) -> int:
        """Store a link of the first source, with a verdict on it."""
        values = {"expires_at": NOW + DAY, "basis": "default", "generation": 1} | changes
        link: int = await self.sql.fetchval(
            "insert into links.links (episode_id, source_id, quality, server, label, kind, container, url, "
            "verified, scraped_at, expires_at, expiry_basis, refresh_class, job_id, generation) "
            "values ($1, $2, 480, 'pixel', 'p', 'stream', 'mp4', 'https://files.example/a', true, $3, $4, "
            "$5, 'safe', $6, $7) returning id",
            episode.episode_id,
            episode.source_ids[0],
            NOW,
            values["expires_at"],
            values["basis"],
            uuid4(),
            values["generation"],
        )
        await self.sql.execute(
            "insert into health.link_health (link_id, episode_id, generation, state, next_check_at) "
            "values ($1, $2, 1, $3, $4)",
            link,
            episode.episode_id,
            state,
            NOW,
        )
        return link

    async def clean(self, after: timedelta = timedelta(0), *, dry: bool = False) -> CleanRun:
        """Run the clean-up so long after now."""
        return await self.cleaning.run(RULES, by="ada", dry=dry, now=NOW + after)

    async def in_trash(self) -> list[int]:
        """Return the titles in the trash."""
        rows = await self.sql.fetch("select id from catalog.titles where deleted_at is not null order by id")
        return [row["id"] for row in rows]

    async def marked(self) -> list[int]:
        """Return the titles that are marked."""
        return [
            row["title_id"]
            for row in await self.sql.fetch("select title_id from catalog.clean_marks order by 1")
        ]


@pytest.fixture
async def library(database: FreshDatabase) -> AsyncGenerator[Library]:
    """Lend an empty library."""
    async with AsyncExitStack() as stack:
        held = await stack.enter_async_context(opened(database, "gateway"))
        admin = await stack.enter_async_context(administrator(database))
        outbox = Outbox("catalog")
        yield Library(held, admin, PostgresTrash(held, outbox), PostgresCleaning(held, outbox))
