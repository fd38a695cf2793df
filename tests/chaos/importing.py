"""Files of episodes that are imported through kills, and the books of what became of each row."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import asyncpg

from tests.chaos.claim import Claim, unheard
from tests.chaos.ledger import reading
from tests.chaos.truth import Mark, truth
from tests.support.running import Running
from wellspring_cli.stack import Stack

PATIENCE = aiohttp.ClientTimeout(total=30)
OK = 200
AWAY = frozenset({500, 503})
_STORED = """
select t.id as title_id, t.title, e.number::int as number, e.id as episode_id,
    (select count(*) from catalog.sources as s where s.episode_id = e.id) as sources
from catalog.titles as t
left join catalog.episodes as e on e.title_id = t.id
where t.title = any($1) and t.deleted_at is null
"""
_WAITS = "select exists (select from pg_stat_activity where $1 = any(pg_blocking_pids(pid)))"
_HOLD = "select id from catalog.titles where title = $1 for update"

Place = tuple[str, int]


@dataclass(frozen=True)
class File:
    """A file of so many episodes of each show, and the key that it is sent with."""

    shows: Sequence[str]
    episodes: int
    key: str

    @property
    def places(self) -> list[Place]:
        """Return which episode each row is, in order."""
        return [(show, number) for show in self.shows for number in range(1, self.episodes + 1)]

    @property
    def text(self) -> str:
        """Return the CSV."""
        rows = [
            f"{show},{number},https://vcloud.example/{self.key}-{row}"
            for row, (show, number) in enumerate(self.places)
        ]
        return "\n".join(("show,episode,link480", *rows))


@dataclass
class Answers:
    """What was answered, an answer for each file that was taken."""

    of: dict[str, dict[str, Any]] = field(default_factory=dict)
    cut: int = 0
    """How often nobody answered."""


async def send(running: Running, file: File, answers: Answers) -> bool:
    """Send a file, and return whether it was taken. Nobody answers where whoever should is gone."""
    operator, form = running.operator, aiohttp.FormData()
    form.add_field("file", file.text.encode(), filename="episodes.csv", content_type="text/csv")
    headers = {**operator.headers, "Idempotency-Key": file.key}
    url = f"{running.url}/admin/bulk_import"
    try:
        async with operator.session.post(url, data=form, headers=headers, timeout=PATIENCE) as response:
            answer = await response.json(content_type=None)
            assert response.status in {OK, *AWAY}, answer
            if response.status != OK:
                answers.cut += 1
                return False
    except (aiohttp.ClientError, ConnectionError, TimeoutError):
        answers.cut += 1
        return False
    answers.of[file.key] = answer
    return True


@asynccontextmanager
async def held_up(stack: Stack, show: str) -> AsyncGenerator[int]:
    """Hold a title, so that an import cannot go on where it comes to it. Yields whom it waits for then."""
    connection = await asyncpg.connect(stack.database_url("gateway"))
    try:
        await connection.execute("begin")
        assert await connection.fetchval(_HOLD, show) is not None
        yield connection.get_server_pid()
    finally:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close()


async def waits_for(stack: Stack, pid: int) -> bool:
    """Return whether somebody waits for what a connection holds."""
    async with reading(stack) as connection:
        return bool(await connection.fetchval(_WAITS, pid))


async def stored(stack: Stack, files: Sequence[File]) -> Sequence[Mapping[str, Any]]:
    """Return the titles of files with their episodes, a row each."""
    async with reading(stack) as connection:
        return [dict(row) for row in await connection.fetch(_STORED, _shows(files))]


async def imported_claim(
    running: Running, files: Sequence[File], answers: Answers, since: Mark, *, kills: int
) -> Claim:
    """Return what became of every row: stored once with its page, told once, and answered as stored."""
    seen, rows = await truth(running.stack, since), await stored(running.stack, files)
    told: Counter[int] = Counter()
    for row in seen.rows:
        if row.subject == "catalog.changed" and row.payload["change"] == "added":
            for episode_id in row.payload["episode_ids"]:
                told[episode_id] += seen.copies[row.event_id]
    there = {(row["title"], row["number"]): row for row in rows if row["number"] is not None}
    named = _named(files, answers)
    good = [
        place
        for file in files
        for place in file.places
        if place in there
        and there[place]["sources"] == 1
        and told[there[place]["episode_id"]] > 0
        and named.get(place) == ("imported", there[place]["episode_id"])
    ]
    titles = Counter(title for _, title in {(row["title_id"], row["title"]) for row in rows})
    often = {place: told[row["episode_id"]] for place, row in there.items()}
    missed = tuple(unheard(seen))
    committed = sum(len(file.places) for file in files)
    return Claim(
        committed=committed,
        effects=len(good),
        lost=committed - len(good) + len(missed),
        twice=sum(times - 1 for times in (*titles.values(), *often.values()) if times > 1),
        kills=kills,
        redelivered=seen.deliveries - seen.messages,
        why=(*missed, *(f"lost: {place}" for file in files for place in file.places if place not in good)),
    )


def _named(files: Sequence[File], answers: Answers) -> dict[Place, tuple[str, int]]:
    """Return what the answers said of each row: what was done, and which episode it is."""
    return {
        place: (row["status"], row["episode_id"])
        for file in files
        if file.key in answers.of
        for place, row in zip(file.places, answers.of[file.key]["rows"], strict=True)
    }


def _shows(files: Sequence[File]) -> list[str]:
    return [show for file in files for show in file.shows]


async def insist(running: Running, file: File, answers: Answers, *, within_s: float = 120) -> None:
    """Send a file until it is taken, as whoever got no answer does."""
    async with asyncio.timeout(within_s):
        while not await send(running, file, answers):
            await asyncio.sleep(0.2)
