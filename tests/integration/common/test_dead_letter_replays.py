"""What a replay does on the real broker: it reaches whoever failed, and its effect is stored once."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import pytest

from tests.integration.common.databases import opened
from tests.integration.common.letters import bury, started
from tests.integration.common.own_nats import OwnNats
from tests.integration.common.replaying import Service, Sql, say, with_effects
from tests.integration.common.waiting import eventually
from wellspring_cli.embedded.nats import Nats
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common import outbox as outbox_module
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.nats.topology import ensure
from wellspring_common.dead_letters import Address, Wanted, drop, find, read, replay
from wellspring_common.errors import DependencyDown, Permanent
from wellspring_common.events.specs import ConsumerSpec
from wellspring_common.events.topology import CONSUMERS, REFRESHER, SCRAPER_CANCELLATIONS, UPLOADER
from wellspring_common.inbox import Inbox, PostgresGraveyard
from wellspring_common.postgres import Database

ADA = "ada"


@pytest.fixture
async def sql(database: FreshDatabase) -> AsyncGenerator[Sql]:
    async with with_effects(database) as connection:
        yield connection


@pytest.fixture
async def held(database: FreshDatabase) -> AsyncGenerator[Database]:
    async with opened(database, "refresher") as pool:
        yield pool


async def letter_of(sql: Sql, consumer: ConsumerSpec) -> Address:
    """Return the open letter of a consumer as soon as it is there."""

    async def ask() -> list[str]:
        rows = await find(sql, Wanted(consumer=consumer.name), limit=2)
        return [row["address"] for row in rows]

    (address,) = await eventually(ask, bool)
    return Address.parse(address)


async def effects(sql: Sql) -> dict[str, int]:
    """Return how many effects each consumer has stored."""
    rows = await sql.fetch("select consumer, count(*) as stored from public.effects group by 1")
    return {row["consumer"]: row["stored"] for row in rows}


async def becomes(sql: Sql, address: Address, outcome: str) -> None:
    """Wait until a letter has come to an end."""

    async def ask() -> str:
        letter = await read(sql, address)
        return "gone" if letter is None else str(letter["outcome"])

    await eventually(ask, lambda found: found == outcome)


async def test_a_replay_reaches_the_consumer_that_failed_and_no_other(
    sql: Sql, held: Database, nats_server: Nats, topology: str
) -> None:
    """Every consumer of the topology listens. What is said later has come to all: the replay went to one."""
    async with connected(nats_server.url(), "test") as connection:
        bus = NatsBus(connection, prefix=topology, service="refresher")
        service = Service(held, bus, REFRESHER)
        async with service.running(*CONSUMERS):
            dead = await say(bus)
            address = await letter_of(sql, REFRESHER)
            service.broken.clear()
            await replay(sql, address, REFRESHER.name, by=ADA)
            await becomes(sql, address, "handled")
            later = await say(bus)

            async def all_heard() -> int:
                return sum(service.heard[consumer.name, later] for consumer in CONSUMERS)

            await eventually(all_heard, lambda heard: heard == 3)
    assert service.heard == {
        (REFRESHER.name, dead): 2,
        (SCRAPER_CANCELLATIONS.name, dead): 1,
        (UPLOADER.name, dead): 1,
        (REFRESHER.name, later): 1,
        (SCRAPER_CANCELLATIONS.name, later): 1,
        (UPLOADER.name, later): 1,
    }
    assert await effects(sql) == {REFRESHER.name: 2, SCRAPER_CANCELLATIONS.name: 2, UPLOADER.name: 2}


async def test_a_replay_has_its_effect_once_and_a_second_one_is_refused(
    sql: Sql, held: Database, nats_server: Nats, topology: str
) -> None:
    async with connected(nats_server.url(), "test") as connection:
        bus = NatsBus(connection, prefix=topology, service="refresher")
        service = Service(held, bus, REFRESHER)
        async with service.running(REFRESHER):
            dead = await say(bus)
            first = await letter_of(sql, REFRESHER)
            await replay(sql, first, REFRESHER.name, by=ADA)
            await becomes(sql, first, "died_again")
            second = await letter_of(sql, REFRESHER)
            assert second != first
            service.broken.clear()
            await replay(sql, second, REFRESHER.name, by=ADA)
            await becomes(sql, second, "handled")
            for address in (first, second):
                with pytest.raises(Permanent, match="replayed already"):
                    await replay(sql, address, REFRESHER.name, by=ADA)
    assert service.heard == {(REFRESHER.name, dead): 3}
    assert await effects(sql) == {REFRESHER.name: 1}
    assert await sql.fetchval("select count(*) from links.outbox where state = 'published'") == 2


async def test_both_consumers_that_died_of_one_event_are_reached(
    sql: Sql, held: Database, nats_server: Nats, topology: str
) -> None:
    """Within the time in which the broker takes equal message ids for repetitions."""
    both = (REFRESHER, SCRAPER_CANCELLATIONS)
    async with connected(nats_server.url(), "test") as connection:
        bus = NatsBus(connection, prefix=topology, service="refresher")
        service = Service(held, bus, *both)
        async with service.running(*both):
            dead = await say(bus)
            addresses = [await letter_of(sql, consumer) for consumer in both]
            service.broken.clear()
            for address, consumer in zip(addresses, both, strict=True):
                await replay(sql, address, consumer.name, by=ADA)
            for address in addresses:
                await becomes(sql, address, "handled")
    assert service.heard == {(consumer.name, dead): 2 for consumer in both}
    assert await effects(sql) == {consumer.name: 1 for consumer in both}


async def test_a_replay_during_an_outage_of_the_broker_goes_out_after_it(
    sql: Sql, held: Database, own_nats: OwnNats, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "RETRY_S", 0.05)
    await ensure(own_nats.url, prefix=prefix)
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(connected(own_nats.url, "test"))
        bus = NatsBus(connection, prefix=prefix, service="refresher")
        service = Service(held, bus, REFRESHER)
        await stack.enter_async_context(service.running(REFRESHER))
        await say(bus)
        address = await letter_of(sql, REFRESHER)
        await own_nats.kill()
        service.broken.clear()
        await replay(sql, address, REFRESHER.name, by=ADA)
        with pytest.raises(DependencyDown):
            await bus.ping()
        await becomes(sql, address, "waiting")
        assert await sql.fetchval("select state from links.outbox") == "new"
        assert await effects(sql) == {}
        await own_nats.start()

        async def stored() -> dict[str, int]:
            return await effects(sql)

        await eventually(stored, lambda found: found == {REFRESHER.name: 1}, within=20)
        await becomes(sql, address, "handled")


async def test_what_was_tried_again_is_not_buried_unless_it_died_of_that_too(
    sql: Sql, held: Database, database: FreshDatabase
) -> None:
    """Whoever is brought an event again whose acknowledgement was lost has to know."""
    yard, dead = PostgresGraveyard(held, Inbox("links")), started()

    async def is_buried() -> bool:
        return await yard.is_buried(REFRESHER.name, dead)

    assert not await is_buried()
    first = await bury(database, dead)
    assert await is_buried()
    await replay(sql, first, REFRESHER.name, by=ADA)
    assert not await is_buried()
    second = await bury(database, dead)
    assert await is_buried()
    await drop(sql, second, by=ADA, why="of no use")
    assert await is_buried()
    assert not await yard.is_buried(SCRAPER_CANCELLATIONS.name, dead)
