"""What was accepted, and what became of it: read from the database and from the stream, never from a log."""

import json
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import MISSING, dataclass, fields
from typing import Any
from uuid import UUID

import asyncpg
import nats
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from tests.chaos.audience import Audience
from wellspring_cli.stack import DEFAULT_PREFIX, Stack
from wellspring_common.events.envelope import EVENT_ID
from wellspring_common.events.specs import ConsumerSpec, StreamSpec, stream_name, subject_on
from wellspring_common.events.topology import EVENTS, PLAYBACK

_BATCH = 500


@dataclass(frozen=True)
class Ledger:
    """The claim in figures. Nothing lost and nothing twice is what has to hold.

    A link that gives way to another is told and counts for nothing, so fewer are counted than told.
    """

    accepted: int
    counted: int
    told: int
    lost: int
    twice: int
    unanswered: int = 0
    """Sent, never answered, and never sent again: each may have been counted, or not."""
    repeated: int = 0
    hurried: int = 0
    launches: int = 0
    kills: int = 0

    def __str__(self) -> str:
        named = {field.name for field in fields(self) if field.default is MISSING}
        figures = vars(self).items()
        return " ".join(f"{name}={value}" for name, value in figures if value or name in named)


@dataclass(frozen=True)
class Said:
    """One event as it lies in the stream."""

    event_id: UUID
    subject: str
    payload: dict[str, Any]


@asynccontextmanager
async def reading(stack: Stack) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """Lend a connection that may read everything."""
    connection = await asyncpg.connect(stack.database_url("admin"))
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def streams(stack: Stack) -> AsyncGenerator[JetStreamContext]:
    """Lend an administrator's view of the broker."""
    client = await nats.connect(stack.nats_url())
    try:
        yield client.jetstream()
    finally:
        await client.close()


async def stored(
    stack: Stack, *subjects: str, stream: StreamSpec = EVENTS, since: int | None = None
) -> list[Said]:
    """Return every event in a stream under some relative subjects, from a sequence number on if given."""
    filters = [subject_on(DEFAULT_PREFIX, subject) for subject in subjects]
    config = ConsumerConfig(
        filter_subjects=filters or None,
        ack_policy=AckPolicy.NONE,
        inactive_threshold=30,
        deliver_policy=DeliverPolicy.ALL if since is None else DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=since,
    )
    found: list[Said] = []
    async with streams(stack) as context:
        whole = stream_name(DEFAULT_PREFIX, stream.name)
        name = (await context.add_consumer(whole, config)).name
        pull = await context.pull_subscribe_bind(consumer=name, stream=whole)
        while (await pull.consumer_info()).num_pending:
            messages = await pull.fetch(_BATCH, timeout=5)
            found += [_said(each) for each in messages]
    return found


def _said(message: Msg) -> Said:
    subject = message.subject.removeprefix(f"{DEFAULT_PREFIX}.")
    return Said(UUID((message.headers or {})[EVENT_ID]), subject, json.loads(message.data))


async def is_idle(stack: Stack, consumer: ConsumerSpec) -> bool:
    """Return whether a consumer has nothing to get and nothing in hand."""
    async with streams(stack) as context:
        info = await context.consumer_info(stream_name(DEFAULT_PREFIX, consumer.stream), consumer.name)
    return not info.num_pending and not info.num_ack_pending


async def told_of_an_episode(stack: Stack, episode_id: int) -> dict[str, int]:
    """Return what the database holds of one episode's flow."""
    async with reading(stack) as connection:
        row = await connection.fetchrow(
            """
            select
                (select count(*) from links.jobs where episode_id = $1) as jobs,
                (select count(*) from links.jobs where episode_id = $1 and state = 'succeeded') as succeeded,
                (select count(*) from links.links where episode_id = $1) as links,
                (select max(generation) from links.links where episode_id = $1) as generation,
                (
                    select count(*) from links.outbox
                    where subject = 'links.updated'
                        and convert_from(payload, 'utf8')::jsonb ->> 'episode_id' = $1::text
                ) as told
            """,
            episode_id,
        )
    return dict(row) if row else {}


async def plays_told(stack: Stack, audience: Audience) -> Ledger | None:
    """Return what became of an audience's beacons, nothing while the outbox holds what is not told yet.

    Rows and counts are of one moment: a careless gateway writes while we look.
    """
    sent = {each.event_id: each for each in audience.sent}
    async with reading(stack) as connection, connection.transaction(isolation="repeatable_read"):
        rows = await connection.fetch(
            "select event_id, state from catalog.outbox where event_id = any($1)",
            list(sent),
        )
        counts = await connection.fetchrow(
            "select coalesce(sum(first_try), 0) as live_first_try, "
            "coalesce(sum(after_fallback), 0) as live_after_fallback, coalesce(sum(failed), 0) as failed "
            "from catalog.plays where episode_id = any($1)",
            list({each.link.episode_id for each in audience.sent}),
        )
    if any(row["state"] != "published" for row in rows):
        return None
    kept = {row["event_id"] for row in rows}
    told = Counter(said.event_id for said in await stored(stack, stream=PLAYBACK))
    told = Counter({event_id: told[event_id] for event_id in sent if told[event_id]})
    due = Counter(str(outcome) for each in kept if (outcome := sent[each].outcome) is not None)
    counted = Counter({str(name): int(figure) for name, figure in (counts or {}).items()})
    difference = {name: counted[name] - due[name] for name in {*counted, *due}}
    return Ledger(
        accepted=len(audience.accepted),
        counted=counted.total(),
        told=told.total(),
        lost=len(audience.accepted - kept)
        + len(kept - told.keys())
        + sum(-each for each in difference.values() if each < 0),
        twice=told.total() - len(told) + sum(each for each in difference.values() if each > 0),
        unanswered=len(audience.unanswered),
        repeated=audience.repeated,
    )


async def all_told(stack: Stack, audience: Audience) -> bool:
    """Return whether the outbox has published every beacon that it took."""
    async with reading(stack) as connection:
        waiting = await connection.fetchval(
            "select count(*) from catalog.outbox where state = 'new' and event_id = any($1)",
            [each.event_id for each in audience.sent],
        )
    return bool(waiting == 0)


async def reports_heard(stack: Stack, reports: Iterable[UUID]) -> int:
    """Return how many reports health has heard: one row of its inbox each, written with their effect."""
    async with reading(stack) as connection:
        return int(
            await connection.fetchval(
                "select count(*) from health.inbox where consumer = 'health_reports' and event_id = any($1)",
                list(reports),
            )
        )


async def deaths(stack: Stack) -> tuple[Counter[int], Counter[int]]:
    """Return how often each link was said to have died: by the outbox, and in the stream."""
    async with reading(stack) as connection:
        rows = await connection.fetch(
            "select convert_from(payload, 'utf8') as said from health.outbox where subject = 'links.died'"
        )
    written = [json.loads(row["said"]) for row in rows]
    told = [said.payload for said in await stored(stack, "links.died")]
    return _links(written), _links(told)


def _links(events: Iterable[dict[str, Any]]) -> Counter[int]:
    return Counter(link["link_id"] for event in events for link in event["links"])
