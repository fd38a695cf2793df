"""A small library in the database: titles, episodes and sources with real keys."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg


@dataclass(frozen=True)
class Episode:
    """One stored episode with its sources, in the order of their qualities."""

    title_id: int
    episode_id: int
    source_ids: tuple[int, ...]


async def add_episode(
    admin: "asyncpg.Connection[asyncpg.Record]", *, qualities: tuple[int, ...] = (480, 720)
) -> Episode:
    """Store a title with one episode and a source for each quality."""
    name = f"show {uuid4().hex}"
    title_id = await admin.fetchval(
        "insert into catalog.titles (kind, title, slug) values ('series', $1, $2) returning id",
        name,
        name.replace(" ", "-"),
    )
    episode_id = await admin.fetchval(
        "insert into catalog.episodes (title_id, number) values ($1, 1) returning id", title_id
    )
    sources = [
        await admin.fetchval(
            "insert into catalog.sources (episode_id, quality, url, definition) "
            "values ($1, $2, $3, 'vcloud') returning id",
            episode_id,
            quality,
            f"https://pages.example/{episode_id}/{quality}",
        )
        for quality in qualities
    ]
    return Episode(title_id, episode_id, tuple(sources))


async def add_series(
    admin: "asyncpg.Connection[asyncpg.Record]", *, episodes: int, host: str = "pages.example"
) -> list[Episode]:
    """Store one title with episodes 1 to `episodes`, each with one source."""
    first = await add_episode(admin, qualities=(720,))
    await admin.execute(
        "update catalog.sources set url = $2 where id = $1", first.source_ids[0], f"https://{host}/1"
    )
    made = [first]
    for number in range(2, episodes + 1):
        episode_id = await admin.fetchval(
            "insert into catalog.episodes (title_id, number) values ($1, $2) returning id",
            first.title_id,
            number,
        )
        source_id = await admin.fetchval(
            "insert into catalog.sources (episode_id, quality, url, definition) "
            "values ($1, 720, $2, 'vcloud') returning id",
            episode_id,
            f"https://{host}/{number}",
        )
        made.append(Episode(first.title_id, episode_id, (source_id,)))
    return made


async def add_job(
    admin: "asyncpg.Connection[asyncpg.Record]",
    episode_id: int,
    *,
    requested_at: datetime,
    state: str = "queued",
) -> UUID:
    """Store a scrape job as the gateway does."""
    job_id = uuid4()
    await admin.execute(
        "insert into links.jobs (id, kind, episode_id, lane, reason, state, requested_at, updated_at) "
        "values ($1, 'scrape', $2, 'interactive', 'force', $3, $4, $4)",
        job_id,
        episode_id,
        state,
        requested_at,
    )
    return job_id
