"""What every bus does about failures: in memory and over NATS."""

from collections.abc import Mapping

import pytest

from tests.contract.delivering import Script, consuming, envelope_of, nothing_left, publish, started, until
from tests.contract.worlds import World
from wellspring_common.bus.port import Delivery, Undecodable
from wellspring_common.errors import DependencyDown, Permanent, Throttled, Transient
from wellspring_common.events.envelope import EVENT_ID, MESSAGE_ID, SCHEMA
from wellspring_common.events.topology import REFRESHER
from wellspring_common.ids import uuid7
from wellspring_common.retry import BUG_BUDGET, TRANSIENT_BUDGET
from wellspring_common.testing.graveyard import MemoryGraveyard


class TestBusFailures:
    """What becomes of an event that is not handled, or cannot be read."""

    async def test_a_transient_failure_is_tried_again_and_then_handled(self, world: World) -> None:
        handler, graveyard = Script(Transient("busy"), Transient("busy")), MemoryGraveyard()
        envelope = await publish(world, started())
        async with consuming(world, handler, graveyard):
            await until(lambda: len(handler.seen) == 3)
        assert [each.attempt for each in handler.seen] == [1, 2, 3]
        assert graveyard.failures[REFRESHER.name, envelope.event_id] == 2
        assert graveyard.buried == []

    async def test_a_transient_failure_is_buried_when_its_budget_is_used_up(self, world: World) -> None:
        handler = Script(Transient("busy", code="host_busy"))
        graveyard = MemoryGraveyard(failed_before=TRANSIENT_BUDGET - 1)
        await publish(world, started())
        async with consuming(world, handler, graveyard):
            await until(lambda: len(graveyard.buried) == 1)
        assert graveyard.buried[0].code == "host_busy"
        assert await nothing_left(world, graveyard) == []

    async def test_a_permanent_failure_is_buried_at_once_and_never_comes_back(self, world: World) -> None:
        handler, graveyard = Script(Permanent("gone", code="source_gone")), MemoryGraveyard()
        event = started()
        await publish(world, event)
        async with consuming(world, handler, graveyard):
            await until(lambda: len(graveyard.buried) == 1)
        (buried,) = graveyard.buried
        assert (buried.consumer, buried.code, buried.detail) == (REFRESHER.name, "source_gone", "gone")
        assert isinstance(buried.dead, Delivery)
        assert buried.dead.event == event
        assert await nothing_left(world, graveyard) == []

    async def test_a_bug_is_tried_up_to_its_budget_and_buried(self, world: World) -> None:
        handler = Script(*(KeyError("oops") for _ in range(BUG_BUDGET + 2)))
        graveyard = MemoryGraveyard()
        await publish(world, started())
        async with consuming(world, handler, graveyard):
            await until(lambda: len(graveyard.buried) == 1)
        assert len(handler.seen) == BUG_BUDGET
        assert graveyard.buried[0].code == "bug"
        assert "oops" in graveyard.buried[0].detail

    @pytest.mark.parametrize(
        "away", [DependencyDown("Postgres is away"), Throttled("slow down", retry_after=2.0)]
    )
    async def test_what_is_nobodys_fault_costs_no_attempt(self, world: World, away: Transient) -> None:
        handler = Script(*(away for _ in range(BUG_BUDGET)))
        graveyard = MemoryGraveyard(failed_before=TRANSIENT_BUDGET)
        await publish(world, started())
        async with consuming(world, handler, graveyard):
            await until(lambda: len(handler.seen) == BUG_BUDGET + 1)
        assert not graveyard.failures
        assert graveyard.buried == []

    async def test_nothing_is_given_up_while_the_graveyard_is_away(self, world: World) -> None:
        handler, graveyard = Script(Permanent("gone"), Permanent("gone")), MemoryGraveyard()
        graveyard.down = DependencyDown("Postgres is away")
        await publish(world, started())
        async with consuming(world, handler, graveyard):
            await until(lambda: len(handler.seen) == 1)
            graveyard.down = None
            await until(lambda: len(graveyard.buried) == 1)
        assert len(handler.seen) == 2

    @pytest.mark.parametrize(
        ("payload", "headers", "code"),
        [
            (b"{}", {SCHEMA: "scrape.started/1"}, "event_invalid"),
            (b"\xff\x00 no json", {SCHEMA: "scrape.started/1"}, "event_invalid"),
            (b"{}", {SCHEMA: "scrape.started/99"}, "schema_unknown"),
            (b"{}", {}, "schema_unknown"),
        ],
    )
    async def test_what_cannot_be_read_is_buried_whole(
        self, world: World, payload: bytes, headers: Mapping[str, str], code: str
    ) -> None:
        handler, graveyard = Script(), MemoryGraveyard()
        await world.bus.publish_raw("scrape.started", payload, {**headers, MESSAGE_ID: str(uuid7())})
        async with consuming(world, handler, graveyard):
            await until(lambda: len(graveyard.buried) == 1)
        (buried,) = graveyard.buried
        assert isinstance(buried.dead, Undecodable)
        assert (buried.code, buried.dead.payload, buried.dead.subject) == (code, payload, "scrape.started")
        assert handler.seen == []
        assert await nothing_left(world, graveyard) == []

    async def test_an_event_without_its_envelope_is_buried_as_invalid(self, world: World) -> None:
        graveyard, event = MemoryGraveyard(), started()
        headers = {SCHEMA: "scrape.started/1", EVENT_ID: "no uuid"}
        await world.bus.publish_raw("scrape.started", event.model_dump_json().encode(), headers)
        async with consuming(world, Script(), graveyard):
            await until(lambda: len(graveyard.buried) == 1)
        assert graveyard.buried[0].code == "event_invalid"

    async def test_a_field_of_a_newer_sender_is_ignored(self, world: World) -> None:
        handler, event = Script(), started()
        payload = event.model_dump_json()[:-1].encode() + b',"mood":"new"}'
        await world.bus.publish_raw("scrape.started", payload, envelope_of(event).headers())
        async with consuming(world, handler, MemoryGraveyard()):
            await until(lambda: len(handler.seen) == 1)
        assert handler.seen[0].event == event
