"""What becomes of a request that the scraper gives up, and how its tries are counted."""

from dataclasses import replace
from uuid import UUID

import pytest

from tests.unit.scraper.fakes import JOB, FixedClock, MemoryBus, delivery_of, request_for
from wellspring_common.bus.port import Delivery, Undecodable
from wellspring_common.errors import DependencyDown
from wellspring_common.events.catalog import CatalogChange, CatalogChanged
from wellspring_common.events.dead import DeadLettered
from wellspring_common.events.scrape import ScrapeFailed, SourceRef
from wellspring_common.events.topology import EVENTS, SCRAPER_INTERACTIVE
from wellspring_common.ids import uuid7
from wellspring_common.testing.kv import MemoryValues
from wellspring_scraper.adapters.graveyard import CUT, EventGraveyard
from wellspring_scraper.adapters.work import WorkNotes
from wellspring_scraper.domain.notes import End, Note

LANE = "scraper_interactive"


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
def values() -> MemoryValues:
    return MemoryValues()


@pytest.fixture
def graveyard(bus: MemoryBus, values: MemoryValues) -> EventGraveyard:
    return EventGraveyard(bus, WorkNotes(values), FixedClock())


def request(attempt: int = 1, event_id: UUID = JOB) -> Delivery:
    source = SourceRef(source_id=1, quality=720, url="https://page.example/1", definition="direct")
    made = delivery_of(request_for(source), attempt=attempt)
    envelope = made.envelope.model_copy(update={"event_id": event_id})
    return replace(made, envelope=envelope, payload=b'{"job_id": 1}')


def letters(bus: MemoryBus) -> list[DeadLettered]:
    told = [DeadLettered.decode(event.model_dump_json().encode()) for event, _ in bus.published[::2]]
    return [one for one in told if isinstance(one, DeadLettered)]


async def test_a_buried_request_is_kept_whole_and_its_job_ends(
    graveyard: EventGraveyard, bus: MemoryBus
) -> None:
    for _ in range(3):
        await graveyard.failed(LANE, request(), ValueError("boom"))
    await graveyard.bury(LANE, request(attempt=4), "bug", "ValueError: boom", "f00d")
    (letter,) = letters(bus)
    assert letter.fingerprint == "f00d"
    assert (letter.consumer, letter.event_id, letter.code, letter.attempts) == (LANE, str(JOB), "bug", 3)
    assert letter.payload == b'{"job_id": 1}'
    assert letter.event_subject == "scrape.requested.interactive.default"
    assert letter.headers["ws-event-id"] == str(JOB)
    end, envelope = bus.published[1]
    assert isinstance(end, ScrapeFailed)
    assert (end.job_id, end.code, end.retryable, end.detail) == (
        JOB,
        "internal_error",
        False,
        "ValueError: boom",
    )
    assert envelope.cause_id == JOB


async def test_failures_are_counted_for_the_job_and_not_by_the_broker(graveyard: EventGraveyard) -> None:
    """A second copy of a job has its own event id, and `attempt` grows with each restart of the broker."""
    copies = [request(attempt=9), request(attempt=1, event_id=uuid7()), request(attempt=30)]
    counts = [await graveyard.failed(LANE, one, ValueError()) for one in copies]
    assert counts == [1, 2, 3]


async def test_runs_that_never_ended_are_counted_by_job(
    graveyard: EventGraveyard, values: MemoryValues
) -> None:
    assert await graveyard.unended(LANE, request(attempt=2)) == 0
    assert values.held == {}
    assert [await graveyard.begun(LANE, request(attempt=n)) for n in (2, 3, 4)] == [0, 1, 2]
    assert await graveyard.unended(LANE, request(attempt=5)) == 3
    await graveyard.ended(LANE, request(attempt=4))
    assert await graveyard.begun(LANE, request(attempt=5)) == 0


async def test_burying_twice_says_the_same_and_dying_again_says_something_new(
    graveyard: EventGraveyard, bus: MemoryBus, values: MemoryValues
) -> None:
    async def buried() -> list[UUID]:
        bus.published.clear()
        await graveyard.bury(LANE, request(), "poison", "It never ends.")
        return [envelope.event_id for _, envelope in bus.published]

    before = dict(values.held)
    first = await buried()
    after = dict(values.held)
    values.held = before  # the note got lost: the message comes again
    assert await buried() == first
    values.held = after
    assert set(await buried()).isdisjoint(first)


async def test_one_that_is_dug_out_has_its_whole_budget(
    graveyard: EventGraveyard, values: MemoryValues
) -> None:
    for attempt in (2, 3, 4):
        await graveyard.begun(LANE, request(attempt=attempt))
    await graveyard.bury(LANE, request(attempt=4), "poison", "")
    assert await WorkNotes(values).of(str(JOB)) == Note(burials=1, end=End.BURIED)
    assert await graveyard.begun(LANE, request(attempt=2)) == 0
    assert await graveyard.failed(LANE, request(), ValueError()) == 1


async def test_a_buried_request_is_known_unless_somebody_digs_it_out(graveyard: EventGraveyard) -> None:
    assert not await graveyard.is_buried(LANE, request(attempt=2))
    await graveyard.bury(LANE, request(), "poison", "")
    assert await graveyard.is_buried(LANE, request(attempt=2))
    replayed = replace(request(attempt=2), subject=SCRAPER_INTERACTIVE.replay)
    assert not await graveyard.is_buried(LANE, replayed)


async def test_a_burial_that_cannot_be_noted_is_tried_again(
    graveyard: EventGraveyard, values: MemoryValues
) -> None:
    values.down = True
    with pytest.raises(DependencyDown):
        await graveyard.bury(LANE, request(), "poison", "")


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ("", ""),
        ("ü" * 9000, "?"),
        ("\U0001f40d" * 16_000, "\U0001f40d" * 9000),
        ("\x01" * 16_000, "\x01" * 9000),
    ],
    ids=["short", "long", "longer", "escaped"],
)
@pytest.mark.parametrize("size", [100_000, 180_000, 10 * EVENTS.largest])
async def test_what_does_not_fit_the_stream_is_cut_and_says_so(
    graveyard: EventGraveyard, bus: MemoryBus, size: int, headers: str, detail: str
) -> None:
    """A letter that the stream refuses would never be told, and its request come again for ever."""
    dead = Undecodable("scrape.requested.x", b"\xff" * size, {"nobodys": headers}, "schema_unknown", "")
    await graveyard.bury(LANE, dead, "schema_unknown", detail)
    ((letter, _),) = bus.published
    assert isinstance(letter, DeadLettered)
    assert len(letter.model_dump_json().encode()) < EVENTS.largest - 1024
    kept = letters(bus)[0]
    if kept.code == CUT:
        assert size > 100_000
        assert 0 < len(kept.payload) < size
        assert kept.detail.startswith("schema_unknown: ")
    else:
        assert size < EVENTS.largest
        assert (kept.code, len(kept.payload)) == ("schema_unknown", size)
        assert kept.headers == {"nobodys": headers}


async def test_what_is_no_request_is_kept_and_ends_no_job(graveyard: EventGraveyard, bus: MemoryBus) -> None:
    dead = Undecodable("s", b"?", {}, "event_invalid", "x")
    await graveyard.bury("c", dead, "event_invalid", "x")
    await graveyard.bury("c", Undecodable("s", b"!", {}, "event_invalid", "x"), "event_invalid", "x")
    other = CatalogChanged(title_id=1, episode_ids=(1,), change=CatalogChange.ADDED)
    await graveyard.bury("c", delivery_of(other), "bug", "x")
    events = [event for event, _ in bus.published]
    assert [type(event) for event in events] == [DeadLettered] * 3
    ids = {event.event_id for event in events if isinstance(event, DeadLettered)}
    assert len(ids) == 3
