"""What every graveyard promises, in memory and in Postgres."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.integration.common.databases import administrator, opened
from tests.integration.common.deliveries import NOW, delivery_of
from wellspring_cli.testing import SharedServers
from wellspring_common.bus.port import Delivery, Graveyard
from wellspring_common.errors import Transient
from wellspring_common.events.scrape import ScrapeStarted
from wellspring_common.ids import uuid7
from wellspring_common.inbox import Inbox, PostgresGraveyard
from wellspring_common.testing.graveyard import MemoryGraveyard

CONSUMER = "refresher"
Letter = tuple[str, str]


@dataclass(frozen=True)
class Yard:
    graveyard: Graveyard
    letters: Callable[[], Awaitable[list[Letter]]]
    """Code and fingerprint of each letter."""


@pytest.fixture(params=["memory", "postgres"])
async def yard(request: pytest.FixtureRequest) -> AsyncGenerator[Yard]:
    if request.param == "memory":
        memory = MemoryGraveyard()

        async def in_memory() -> list[Letter]:
            return [(letter.code, letter.fingerprint) for letter in memory.buried]

        yield Yard(memory, in_memory)
        return
    servers: SharedServers = request.getfixturevalue("servers")
    with servers.database() as fresh:
        async with opened(fresh, "refresher") as held, administrator(fresh) as admin:

            async def in_postgres() -> list[Letter]:
                rows = await admin.fetch("select code, fingerprint from links.dead_letters order by id")
                return [(row["code"], row["fingerprint"]) for row in rows]

            yield Yard(PostgresGraveyard(held, Inbox("links")), in_postgres)


def delivery() -> Delivery:
    return delivery_of(ScrapeStarted(job_id=uuid7(), episode_id=1, attempt=1, started_at=NOW))


class TestGraveyard:
    """The promises of `wellspring_common.bus.port.Graveyard`."""

    async def test_nothing_is_known_of_an_event_that_never_ran(self, yard: Yard) -> None:
        assert await yard.graveyard.unended(CONSUMER, delivery()) == 0
        await yard.graveyard.ended(CONSUMER, delivery())

    async def test_runs_without_an_end_add_up(self, yard: Yard) -> None:
        one, another = delivery(), delivery()
        assert [await yard.graveyard.begun(CONSUMER, one) for _ in range(3)] == [0, 1, 2]
        assert await yard.graveyard.unended(CONSUMER, one) == 3
        assert await yard.graveyard.unended(CONSUMER, another) == 0
        assert await yard.graveyard.unended("health", one) == 0

    async def test_asking_notes_nothing(self, yard: Yard) -> None:
        one = delivery()
        await yard.graveyard.begun(CONSUMER, one)
        assert [await yard.graveyard.unended(CONSUMER, one) for _ in range(3)] == [1, 1, 1]

    async def test_one_end_makes_up_for_all(self, yard: Yard) -> None:
        one = delivery()
        for _ in range(2):
            await yard.graveyard.begun(CONSUMER, one)
        await yard.graveyard.ended(CONSUMER, one)
        assert await yard.graveyard.unended(CONSUMER, one) == 0
        assert await yard.graveyard.begun(CONSUMER, one) == 0

    async def test_failures_and_unended_runs_are_counted_apart(self, yard: Yard) -> None:
        one = delivery()
        assert await yard.graveyard.begun(CONSUMER, one) == 0
        assert await yard.graveyard.failed(CONSUMER, one, Transient("busy")) == 1
        assert await yard.graveyard.begun(CONSUMER, one) == 1
        await yard.graveyard.ended(CONSUMER, one)
        assert await yard.graveyard.failed(CONSUMER, one, Transient("busy")) == 2
        assert await yard.graveyard.unended(CONSUMER, one) == 0

    async def test_a_letter_says_how_it_died(self, yard: Yard) -> None:
        await yard.graveyard.bury(CONSUMER, delivery(), "bug", "oops", "0123456789abcdef")
        await yard.graveyard.bury(CONSUMER, delivery(), "poison", "It kills.")
        assert await yard.letters() == [("bug", "0123456789abcdef"), ("poison", "")]

    async def test_it_knows_what_lies_there(self, yard: Yard) -> None:
        one, another = delivery(), delivery()
        assert not await yard.graveyard.is_buried(CONSUMER, one)
        await yard.graveyard.bury(CONSUMER, one, "bug", "oops")
        assert await yard.graveyard.is_buried(CONSUMER, one)
        assert not await yard.graveyard.is_buried(CONSUMER, another)
        assert not await yard.graveyard.is_buried("health", one)

    async def test_who_is_buried_and_tried_again_starts_afresh(self, yard: Yard) -> None:
        one, another = delivery(), delivery()
        for each in (one, another):
            await yard.graveyard.begun(CONSUMER, each)
            await yard.graveyard.failed(CONSUMER, each, Transient("busy"))
        await yard.graveyard.bury(CONSUMER, one, "poison", "It kills.")
        assert await yard.graveyard.unended(CONSUMER, one) == 0
        assert await yard.graveyard.failed(CONSUMER, one, Transient("busy")) == 1
        assert await yard.graveyard.unended(CONSUMER, another) == 1
