"""What the database and the streams hold since a mark, and whether anything is still under way."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.chaos.ledger import Said, reading, stored, streams
from wellspring_cli.stack import DEFAULT_PREFIX, Stack
from wellspring_common.events.specs import ConsumerSpec, stream_name
from wellspring_common.events.topology import COMMANDS, CONSUMERS, EVENTS, PLAYBACK

SCHEMAS = ("catalog", "links", "health", "uploads")
_INBOXES = ("catalog", "links", "health")


@dataclass(frozen=True)
class Mark:
    """A moment: what came later belongs to the storm."""

    at: datetime
    rows: dict[str, int]
    """The newest row of each outbox."""
    sequences: dict[str, int]
    """The newest message of each stream."""
    deliveries: dict[str, int]
    """What each consumer was brought until then."""


@dataclass(frozen=True)
class Truth:
    """Everything since a mark."""

    rows: list[Said]
    stored: list[tuple[UUID, str]]
    copies: Counter[UUID]
    ends: Counter[tuple[str, str]]
    """How often the end of a job lies in the stream, by subject and job."""
    updates: Counter[str]
    """How often `links.updated` was written for a job."""
    jobs: dict[str, dict[str, Any]]
    episodes: set[int]
    titles: Counter[str]
    inbox: set[tuple[str, UUID]]
    deliveries: int
    messages: int
    """How many of those deliveries were of a message that its consumer had not been brought before."""


async def mark(stack: Stack) -> Mark:
    """Return the moment now."""
    async with reading(stack) as connection:
        at = await connection.fetchval("select now()")
        rows = {
            schema: await connection.fetchval(f"select coalesce(max(id), 0) from {schema}.outbox")
            for schema in SCHEMAS
        }
    async with streams(stack) as context:
        sequences = {
            each.name: (await context.stream_info(stream_name(DEFAULT_PREFIX, each.name))).state.last_seq
            for each in (EVENTS, PLAYBACK)
        }
    deliveries = {each.spec.name: each.delivered for each in await _consumers(stack)}
    return Mark(at, rows, sequences, deliveries)


async def truth(stack: Stack, since: Mark) -> Truth:
    """Return what is there now and was not there then."""
    said = [
        *await stored(stack, since=since.sequences[EVENTS.name] + 1),
        *await stored(stack, stream=PLAYBACK, since=since.sequences[PLAYBACK.name] + 1),
    ]
    rows: list[Said] = []
    inbox: set[tuple[str, UUID]] = set()
    async with reading(stack) as connection, connection.transaction(isolation="repeatable_read"):
        for schema in SCHEMAS:
            sql = f"select event_id, subject, payload from {schema}.outbox where id > $1"
            rows += [
                Said(row["event_id"], row["subject"], json.loads(row["payload"]))
                for row in await connection.fetch(sql, since.rows[schema])
            ]
        for schema in _INBOXES:
            sql = f"select consumer, event_id from {schema}.inbox where handled_at >= $1"
            inbox |= {(row["consumer"], row["event_id"]) for row in await connection.fetch(sql, since.at)}
        jobs = await connection.fetch(
            "select id, kind, state, reason, episode_id, error_code, attempts from links.jobs "
            "where requested_at >= $1",
            since.at,
        )
        episodes = await connection.fetch("select id from catalog.episodes")
        titles = await connection.fetch("select title from catalog.titles where created_at >= $1", since.at)
    # one that was made anew is brought everything since the beginning: that says nothing of this storm
    same = [each for each in await _consumers(stack) if each.created < since.at]
    messages = 0
    for each in same:
        source = rows if each.spec.stream == COMMANDS.name else said
        messages += sum(_is_for(each.spec, one.subject) for one in source)
    return Truth(
        rows=rows,
        stored=[(each.event_id, each.subject) for each in said],
        copies=Counter(each.event_id for each in said),
        ends=Counter((each.subject, str(each.payload.get("job_id"))) for each in said),
        updates=Counter(str(row.payload["job_id"]) for row in rows if row.subject == "links.updated"),
        jobs={str(row["id"]): dict(row) for row in jobs},
        episodes={row["id"] for row in episodes},
        titles=Counter(row["title"] for row in titles),
        inbox=inbox,
        deliveries=sum(each.delivered - since.deliveries[each.spec.name] for each in same),
        messages=messages,
    )


async def under_way(stack: Stack, since: Mark) -> dict[str, int]:
    """Return what has not come to its end, by where it is. Empty when nothing moves any more."""
    found: dict[str, int] = {}
    async with reading(stack) as connection:
        for schema in SCHEMAS:
            sql = f"select count(*) from {schema}.outbox where state <> 'published'"
            found[f"{schema}.outbox"] = await connection.fetchval(sql)
        found["jobs"] = await connection.fetchval(
            "select count(*) from links.jobs where state in ('queued', 'running') and requested_at >= $1",
            since.at,
        )
    for each in await _consumers(stack):
        found[each.spec.name] = each.waiting
    return {name: count for name, count in found.items() if count}


async def left_behind(stack: Stack, since: Mark) -> dict[str, Any]:
    """Return what a storm may not leave: dead letters, and links that health does not know."""
    found: dict[str, Any] = {}
    async with reading(stack) as connection:
        for schema in SCHEMAS:
            sql = f"select consumer, subject, code, detail from {schema}.dead_letters where created_at >= $1"
            found[f"{schema}.dead_letters"] = [tuple(row) for row in await connection.fetch(sql, since.at)]
        found["unknown to health"] = await connection.fetchval(
            "select count(*) from links.links as l left join health.link_health as h "
            "on h.link_id = l.id and h.generation = l.generation "
            "where h.link_id is null and l.updated_at >= $1",
            since.at,
        )
    return {name: each for name, each in found.items() if each}


def _is_for(spec: ConsumerSpec, subject: str) -> bool:
    return subject in spec.heard


@dataclass(frozen=True)
class Heard:
    """What waits for a consumer, what it has in hand, and what it was brought since it was made."""

    spec: ConsumerSpec
    waiting: int
    delivered: int
    created: datetime


async def _consumers(stack: Stack) -> list[Heard]:
    found = []
    async with streams(stack) as context:
        for spec in CONSUMERS:
            info = await context.consumer_info(stream_name(DEFAULT_PREFIX, spec.stream), spec.name)
            waiting = (info.num_pending or 0) + (info.num_ack_pending or 0)
            delivered = info.delivered.consumer_seq if info.delivered else 0
            found.append(Heard(spec, waiting, delivered, info.created))
    return found
