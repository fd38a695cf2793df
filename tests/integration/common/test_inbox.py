"""An event has its effect once, and what cannot be handled is kept whole."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY

from tests.integration.common.databases import OWNERS, administrator, opened
from tests.integration.common.deliveries import NOW, delivery_of
from tests.integration.common.waiting import eventually
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.bus.handling import Arrived, Handling
from wellspring_common.bus.port import Delivery, Subscription, Undecodable
from wellspring_common.errors import DependencyDown, Permanent, Transient
from wellspring_common.events.catalog import CatalogChange, CatalogChanged
from wellspring_common.events.links import LinksDied
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.events.topology import REFRESHER
from wellspring_common.ids import uuid7
from wellspring_common.inbox import LONGEST_DETAIL, Inbox, PostgresGraveyard
from wellspring_common.postgres import Database
from wellspring_common.testing.graveyard import MemoryGraveyard

CONSUMER = "refresher"
INBOX = Inbox("links")


@pytest.fixture
async def held(database: FreshDatabase) -> AsyncGenerator[Database]:
    async with opened(database, "refresher") as pool:
        yield pool


@pytest.fixture
def graveyard(held: Database) -> PostgresGraveyard:
    return PostgresGraveyard(held, INBOX)


def delivery() -> Delivery:
    return delivery_of(ScrapeStarted(job_id=uuid7(), episode_id=1, attempt=1, started_at=NOW))


def unreadable(payload: bytes = b"\xff\x00 no json", headers: Mapping[str, str] | None = None) -> Undecodable:
    return Undecodable("scrape.started", payload, headers or {}, "event_invalid", "Input is no JSON.")


async def dead_letters(held: Database) -> list[dict[str, object]]:
    async with held.connection() as connection:
        return [dict(row) for row in await connection.fetch("select * from links.dead_letters order by id")]


async def test_an_event_is_new_once_for_each_consumer(held: Database) -> None:
    event_id = uuid7()
    async with held.transaction() as connection:
        assert await INBOX.first_time(connection, CONSUMER, event_id)
    async with held.transaction() as connection:
        assert not await INBOX.first_time(connection, CONSUMER, event_id)
        assert await INBOX.first_time(connection, "another", event_id)
        assert await INBOX.first_time(connection, CONSUMER, uuid7())


async def test_an_effect_that_was_rolled_back_leaves_the_event_new(held: Database) -> None:
    event_id = uuid7()
    with suppress(RuntimeError):
        async with held.transaction() as connection:
            assert await INBOX.first_time(connection, CONSUMER, event_id)
            raise RuntimeError("the effect failed")
    async with held.transaction() as connection:
        assert await INBOX.first_time(connection, CONSUMER, event_id)


@pytest.mark.parametrize("commits", [True, False])
async def test_of_two_workers_with_one_event_the_second_waits_for_the_first(
    held: Database, commits: bool
) -> None:
    """A late worker may still run an event that was delivered again: the row lock decides."""
    event_id, first_has_it, go_on = uuid7(), asyncio.Event(), asyncio.Event()

    async def first() -> None:
        with suppress(RuntimeError):
            async with held.transaction() as connection:
                assert await INBOX.first_time(connection, CONSUMER, event_id)
                first_has_it.set()
                await go_on.wait()
                if not commits:
                    raise RuntimeError("the first one fails")

    async def second() -> bool:
        async with held.transaction() as connection:
            return await INBOX.first_time(connection, CONSUMER, event_id)

    async def waiting() -> int:
        async with held.connection() as connection:
            return int(
                await connection.fetchval(
                    "select count(*) from pg_stat_activity "
                    "where wait_event_type = 'Lock' and datname = current_database()"
                )
            )

    one = asyncio.create_task(first())
    await first_has_it.wait()
    two = asyncio.create_task(second())
    await eventually(waiting, lambda found: found == 1)
    go_on.set()
    await one
    assert await two is not commits


async def test_failures_are_counted_for_each_consumer_and_event(
    held: Database, graveyard: PostgresGraveyard
) -> None:
    failing = delivery()
    counts = [await graveyard.failed(CONSUMER, failing, Transient("busy")) for _ in range(3)]
    assert counts == [1, 2, 3]
    assert await graveyard.failed("another", failing, Transient("busy")) == 1
    assert await graveyard.failed(CONSUMER, delivery(), KeyError("x")) == 1
    async with held.connection() as connection:
        said = await connection.fetchval(
            "select last_error from links.attempts where event_id = $1 and consumer = $2",
            failing.envelope.event_id,
            CONSUMER,
        )
    assert said == "wellspring_common.errors.Transient: busy"


async def test_a_dead_letter_keeps_the_event_whole(held: Database, graveyard: PostgresGraveyard) -> None:
    dead = delivery()
    await graveyard.failed(CONSUMER, dead, Permanent("gone"))
    await graveyard.bury(CONSUMER, dead, "source_gone", "The page is gone.")
    (letter,) = await dead_letters(held)
    assert (letter["consumer"], letter["event_id"]) == (CONSUMER, dead.envelope.event_id)
    assert (letter["code"], letter["detail"]) == ("source_gone", "The page is gone.")
    assert (letter["subject"], letter["payload"]) == ("scrape.started", dead.payload)
    assert letter["headers"] == dead.envelope.headers()
    assert (letter["attempts"], letter["state"]) == (1, "open")


async def test_a_letter_brought_again_is_kept_once(held: Database, graveyard: PostgresGraveyard) -> None:
    dead = delivery()
    for _ in range(3):
        await graveyard.bury(CONSUMER, dead, "bug", "oops")
    assert len(await dead_letters(held)) == 1


async def test_a_replayed_letter_may_die_again(held: Database, graveyard: PostgresGraveyard) -> None:
    dead = delivery()
    await graveyard.bury(CONSUMER, dead, "bug", "oops")
    async with held.connection() as connection:
        await connection.execute("update links.dead_letters set state = 'replayed'")
    await graveyard.bury(CONSUMER, dead, "bug", "oops again")
    assert [letter["state"] for letter in await dead_letters(held)] == ["replayed", "open"]


async def test_what_cannot_be_read_is_kept_byte_for_byte(
    held: Database, graveyard: PostgresGraveyard
) -> None:
    await graveyard.bury(CONSUMER, unreadable(headers={"odd": "header"}), "event_invalid", "no JSON")
    (letter,) = await dead_letters(held)
    assert (letter["payload"], letter["headers"]) == (b"\xff\x00 no json", {"odd": "header"})


@pytest.mark.parametrize(
    "make",
    [unreadable, lambda: unreadable(headers={"ws-event-id": "01936b2e-0000-7000-8000-000000000001"})],
    ids=["without an id", "with its id"],
)
async def test_what_cannot_be_read_is_kept_once_although_brought_again(
    held: Database, graveyard: PostgresGraveyard, make: Callable[[], Undecodable]
) -> None:
    """The acknowledgement of a buried message may be lost: it comes again and must not pile up."""
    for _ in range(3):
        await graveyard.bury(CONSUMER, make(), "event_invalid", "no JSON")
    await graveyard.bury(CONSUMER, unreadable(b"another"), "event_invalid", "no JSON")
    assert len(await dead_letters(held)) == 2


@pytest.mark.parametrize("detail", ["zero \x00 byte", "half a character \ud83d", "x" * 100_000])
async def test_no_words_keep_a_message_from_being_buried(
    held: Database, graveyard: PostgresGraveyard, detail: str
) -> None:
    """What Postgres refuses to store would come back for ever."""
    dead = delivery()
    await graveyard.failed(CONSUMER, dead, ValueError(detail))
    await graveyard.bury(CONSUMER, dead, "bug", detail)
    (letter,) = await dead_letters(held)
    assert 0 < len(str(letter["detail"])) <= LONGEST_DETAIL
    assert str(letter["detail"])[:4] == detail[:4]


async def test_no_headers_keep_a_message_from_being_buried(
    held: Database, graveyard: PostgresGraveyard
) -> None:
    """A consumer that cannot bury one message pauses for it again and again."""
    headers = {"odd": "zero \x00 byte", "ws-schema": "half \ud83d"}
    await graveyard.bury(CONSUMER, Undecodable("a\x00b", b"{}", headers, "schema_unknown", "?"), "x", "?")
    traced = delivery().envelope.model_copy(update={"traceparent": "\x00"})
    await graveyard.bury(CONSUMER, replace(delivery(), envelope=traced), "bug", "?")
    letters = await dead_letters(held)
    assert len(letters) == 2


async def test_a_graveyard_without_its_database_says_so(
    database: FreshDatabase, graveyard: PostgresGraveyard
) -> None:
    dead = delivery()
    async with administrator(database) as admin:
        await admin.execute("alter role wellspring_refresher connection limit 0")
        try:
            await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where usename = 'wellspring_refresher'"
            )
            for _ in range(2):
                with pytest.raises(DependencyDown):
                    await graveyard.failed(CONSUMER, dead, KeyError("x"))
                with pytest.raises(DependencyDown):
                    await graveyard.bury(CONSUMER, dead, "bug", "x")
        finally:
            await admin.execute("alter role wellspring_refresher connection limit -1")
    assert await graveyard.failed(CONSUMER, dead, KeyError("x")) == 1


@pytest.mark.parametrize(("schema", "service"), OWNERS.items())
async def test_every_schema_has_its_own_inbox_and_letters(
    database: FreshDatabase, schema: str, service: str
) -> None:
    inbox = Inbox(schema)
    dead = delivery_of(LinksDied(episode_id=1, links=(), reason="not_found", checked_at=NOW))
    async with opened(database, service) as held:
        async with held.transaction() as connection:
            assert await inbox.first_time(connection, "some", dead.envelope.event_id)
        graveyard = PostgresGraveyard(held, inbox)
        assert await graveyard.failed("some", dead, KeyError("x")) == 1
        await graveyard.bury("some", dead, "bug", "x")
        async with held.connection() as connection:
            assert await connection.fetchval(f"select attempts from {schema}.dead_letters") == 1


async def test_an_event_that_was_handled_before_counts_as_a_duplicate(held: Database) -> None:
    name = "counted-twice"

    def ended(outcome: str) -> float | None:
        labels = {"consumer": name, "outcome": outcome}
        return REGISTRY.get_sample_value("wellspring_events_consumed_total", labels)

    async def handle(delivery: Delivery) -> None:
        async with held.transaction() as connection:
            await INBOX.first_time(connection, name, delivery.envelope.event_id)

    event = CatalogChanged(title_id=1, episode_ids=(2,), change=CatalogChange.CHANGED)
    subscription = Subscription(replace(REFRESHER, name=name), {CatalogChanged: handle})
    handling, known, new = Handling(subscription, MemoryGraveyard()), delivery_of(event), delivery_of(event)
    for come in (known, known, known, new):
        arrived = Arrived(come.subject, come.payload, come.envelope.headers(), 1, come.working)
        assert (await handling.handle(arrived)).is_done
    assert (ended("ack"), ended("duplicate")) == (2, 2)
