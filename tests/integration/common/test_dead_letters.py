"""A dead letter is tried again or dropped by a person, once, and says what became of it."""

import json
from collections.abc import AsyncGenerator
from dataclasses import replace as altered
from datetime import timedelta
from typing import TypeAlias

import asyncpg
import pytest

from tests.integration.common.databases import OWNERS, administrator, opened
from tests.integration.common.letters import CONSUMERS, bury, died, outbox_of, started
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.bus.port import Undecodable
from wellspring_common.dead_letters import (
    Address,
    Wanted,
    count,
    count_open,
    drop,
    find,
    read,
    replay,
)
from wellspring_common.errors import Permanent
from wellspring_common.events.topology import REFRESHER, SCRAPER_CANCELLATIONS
from wellspring_common.inbox import Inbox
from wellspring_common.retention import DEAD_LETTERS_KEPT, OUTBOX_KEPT, purge_messaging

Sql: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
ADA = "ada"


@pytest.fixture
async def sql(database: FreshDatabase) -> AsyncGenerator[Sql]:
    """The administrator, to look and to arrange."""
    async with administrator(database) as connection:
        yield connection


@pytest.fixture
async def gateway(database: FreshDatabase) -> AsyncGenerator[Sql]:
    """Whoever decides: the gateway's own login, which has no right to any of the tables."""
    connection = await asyncpg.connect(database.url_for("gateway"))
    yield connection
    await connection.close()


@pytest.mark.parametrize("schema", CONSUMERS)
async def test_a_replay_is_the_event_itself_under_a_new_message_id(
    database: FreshDatabase, sql: Sql, gateway: Sql, schema: str
) -> None:
    consumer = CONSUMERS[schema]
    dead = died()
    dead = altered(dead, envelope=dead.envelope.model_copy(update={"traceparent": "00-ab-cd-01"}))
    identity = dead.envelope.event_id
    async with opened(database, OWNERS[schema]) as held, held.connection() as connection:
        await Inbox(schema).record_failure(connection, consumer.name, identity, "busy")
    address = await bury(database, dead, schema=schema, consumer=consumer.name)
    await replay(gateway, address, consumer.name, by=ADA)
    (row,) = await outbox_of(sql, schema)
    assert (row["subject"], row["payload"], row["state"]) == (consumer.replay, dead.payload, "new")
    message_id = f"{identity}#r1.{consumer.name}"
    assert json.loads(row["headers"]) == {**dead.envelope.headers(), "Nats-Msg-Id": message_id}
    assert row["event_id"] != identity, "the row of the event itself may still be in an outbox"
    for table in ("attempts", "inbox"):
        assert await sql.fetchval(f"select count(*) from {schema}.{table}") == 0, table
    letter = await read(gateway, address)
    assert letter is not None
    assert (letter["state"], letter["outcome"], letter["decided_by"]) == ("replayed", "waiting", ADA)
    assert (letter["attempts"], letter["replays"]) == (1, 1)
    assert letter["decided_at"] >= letter["created_at"]


async def test_a_letter_is_decided_once(database: FreshDatabase, sql: Sql, gateway: Sql) -> None:
    replayed, dropped = await bury(database, started()), await bury(database, started())
    await replay(gateway, replayed, REFRESHER.name, by=ADA)
    await drop(gateway, dropped, by=ADA, why="known bug, of no use any more")
    for address, state in ((replayed, "replayed"), (dropped, "dropped")):
        with pytest.raises(Permanent, match=f"{address} is {state} already") as refused:
            await replay(gateway, address, REFRESHER.name, by="bob")
        assert refused.value.code == "not_open"
        with pytest.raises(Permanent, match="already"):
            await drop(gateway, address, by="bob", why="again")
    assert len(await outbox_of(sql)) == 1
    assert await sql.fetchval("select count(*) from links.dead_letters where decided_by = 'ada'") == 2


async def test_a_replay_that_dies_is_a_new_letter_which_says_how_often_it_was_tried(
    database: FreshDatabase, sql: Sql, gateway: Sql
) -> None:
    dead = started()
    first = await bury(database, dead)
    addresses = [first]
    for _ in range(2):
        await replay(gateway, addresses[-1], REFRESHER.name, by=ADA)
        addresses.append(await bury(database, altered(dead, subject=REFRESHER.replay)))
    letters = [await read(gateway, address) for address in addresses]
    assert [(found or {})["replays"] for found in letters] == [1, 2, 2]
    assert [(found or {})["outcome"] for found in letters] == ["died_again", "died_again", "open"]
    assert (letters[0] or {})["died_again_as"] == str(addresses[1])
    assert {(found or {})["event"] for found in letters} == {"scrape.started"}
    said = [json.loads(row["headers"])["Nats-Msg-Id"] for row in await outbox_of(sql)]
    assert said == [f"{dead.envelope.event_id}#r{number}.refresher" for number in (1, 2)]


async def test_two_consumers_that_died_of_one_event_get_messages_of_their_own(
    database: FreshDatabase, sql: Sql, gateway: Sql
) -> None:
    """Both listen to one stream, which would take the second for a repetition of the first."""
    dead = died()
    for consumer in (REFRESHER, SCRAPER_CANCELLATIONS):
        address = await bury(database, dead, consumer=consumer.name)
        await replay(gateway, address, consumer.name, by=ADA)
    rows = await outbox_of(sql)
    assert [row["subject"] for row in rows] == [REFRESHER.replay, SCRAPER_CANCELLATIONS.replay]
    assert len({json.loads(row["headers"])["Nats-Msg-Id"] for row in rows}) == 2


async def test_what_had_no_id_keeps_the_one_that_it_was_given(
    database: FreshDatabase, sql: Sql, gateway: Sql
) -> None:
    """Also: what its sender asked of the broker then would keep the broker from taking it now."""
    headers = {"odd": "header", "Nats-Expected-Last-Msg-Id": "gone", "nats-msg-id": "old"}
    dead = Undecodable("scrape.started", b"\xff\x00", headers, "event_invalid", "Input is no JSON.")
    address = await bury(database, dead, code="event_invalid")
    letter = await read(gateway, address)
    assert letter is not None
    assert (letter["payload"], letter["raw"], letter["event"]) == (None, b"\xff\x00", "scrape.started")
    await replay(gateway, address, REFRESHER.name, by=ADA)
    (row,) = await outbox_of(sql)
    sent = json.loads(row["headers"])
    identity = letter["event_id"]
    message_id = f"{identity}#r1.refresher"
    assert sent == {"odd": "header", "ws-event-id": identity, "Nats-Msg-Id": message_id}
    again = Undecodable(row["subject"], row["payload"], sent, "event_invalid", "Input is no JSON.")
    letter = await read(gateway, await bury(database, again, code="event_invalid"))
    assert letter is not None
    assert (letter["replays"], letter["event_id"]) == (1, identity)


@pytest.mark.parametrize(
    "payload",
    [
        b'"\\ud83d"',
        b"NaN",
        b"\xff",
        b"[" * 100_000,
        b"[" * 101 + b"]" * 101,
        b'{"a":' * 900 + b"1" + b"}" * 900,
    ],
    ids=["half a character", "no number", "no text", "endless", "deep", "deeper"],
)
async def test_what_cannot_be_shown_as_json_is_shown_as_bytes_and_tried_again(
    database: FreshDatabase, sql: Sql, gateway: Sql, payload: bytes
) -> None:
    dead = Undecodable("scrape.started", payload, {}, "event_invalid", "Input is no JSON.")
    address = await bury(database, dead, code="event_invalid")
    letter = await read(gateway, address)
    assert letter is not None
    assert (letter["payload"], letter["raw"]) == (None, payload)
    await replay(gateway, address, REFRESHER.name, by=ADA)
    (row,) = await outbox_of(sql)
    assert row["payload"] == payload


async def test_nobody_says_anything_else_by_a_replay(database: FreshDatabase, sql: Sql, gateway: Sql) -> None:
    address = await bury(database, started())
    for subject in ("links.updated", "replay.events.health", "replay.events.a.refresher", "refresher", None):
        with pytest.raises(asyncpg.InvalidParameterValueError):
            await gateway.fetchval("select links.replay_dead_letter($1, 'eve', $2)", address.id, subject)
    with pytest.raises(asyncpg.InvalidParameterValueError):
        await gateway.fetchval("select links.drop_dead_letter($1, 'eve', ' ')", address.id)
    assert await outbox_of(sql) == []
    assert await count(gateway, Wanted()) == 1


async def test_what_cannot_be_decided_says_why(database: FreshDatabase, gateway: Sql) -> None:
    address = await bury(database, started(), consumer="retired")
    with pytest.raises(Permanent, match="Nothing hears for retired") as refused:
        await replay(gateway, address, "retired", by=ADA)
    assert refused.value.code == "consumer_gone"
    with pytest.raises(Permanent, match="no letter health/7") as refused:
        await drop(gateway, Address("health", 7), by=ADA, why="gone")
    assert refused.value.code == "not_found"
    for why in ("", "  ", "x" * 2000, "zero \x00 byte"):
        with pytest.raises(Permanent, match="reason"):
            await drop(gateway, address, by=ADA, why=why)
    slips = ("12", "links/", "links/x", "links/-1", "public/1", "links/9223372036854775808", "links/²")
    for text in (*slips, f"links/{'1' * 5000}"):
        with pytest.raises(Permanent, match="links/12"):
            Address.parse(text)
    assert Address.parse(" links/12 ") == Address("links", 12)


async def test_letters_are_found_by_what_is_known_of_them(database: FreshDatabase, gateway: Sql) -> None:
    one = await bury(database, started(), code="drift", detail="changed")
    two = await bury(database, died(), schema="health", consumer="health")
    three = await bury(database, started())
    await drop(gateway, three, by=ADA, why="of no use")

    async def found(wanted: Wanted) -> list[str]:
        rows = await find(gateway, wanted, limit=10)
        assert await count(gateway, wanted) == len(rows)
        return [row["address"] for row in rows]

    assert await found(Wanted()) == [str(two), str(one)]
    assert await found(Wanted(state=None)) == [str(three), str(two), str(one)]
    assert await found(Wanted(state="dropped")) == [str(three)]
    assert await found(Wanted(consumer="refresher")) == [str(one)]
    assert await found(Wanted(code="bug", schema="health")) == [str(two)]
    assert await found(Wanted(fingerprint="no such")) == []
    (row,) = await find(gateway, Wanted(consumer="health"), limit=1)
    assert await found(Wanted(since=row["created_at"])) == [str(two)]
    assert (row["service"], row["event"]) == ("health", "links.died")
    behind = await find(gateway, Wanted(), limit=5, after=(row["created_at"], two))
    assert [each["address"] for each in behind] == [str(one)]
    assert await count_open(gateway) == {"catalog": 0, "links": 1, "health": 1, "uploads": 0}


async def test_a_decision_is_remembered_for_ninety_days_and_its_message_for_thirty(
    database: FreshDatabase, sql: Sql, gateway: Sql
) -> None:
    dropped, replayed, _ = [await bury(database, started()) for _ in range(3)]
    await drop(gateway, dropped, by=ADA, why="of no use")
    await replay(gateway, replayed, REFRESHER.name, by=ADA)
    await sql.execute("update links.outbox set state = 'published', published_at = now()")

    async def left(age: timedelta) -> tuple[int, int]:
        await sql.execute("update links.dead_letters set updated_at = now() - $1::interval", age)
        await sql.execute("update links.outbox set published_at = now() - $1::interval", age)
        async with opened(database, "refresher") as held:
            await purge_messaging(held, "links")
        return (await count(gateway, Wanted(state=None)), len(await outbox_of(sql)))

    day = timedelta(days=1)
    assert await left(OUTBOX_KEPT - day) == (3, 1)
    assert await left(OUTBOX_KEPT + day) == (3, 0)
    letter = await read(gateway, replayed)
    assert letter is not None
    assert letter["outcome"] == "sent"
    letter = await read(gateway, dropped)
    assert letter is not None
    assert (letter["note"], letter["decided_by"], letter["state"]) == ("of no use", ADA, "dropped")
    assert await left(DEAD_LETTERS_KEPT - day) == (3, 0)
    assert await left(DEAD_LETTERS_KEPT + day) == (1, 0), "an open letter waits for ever"
