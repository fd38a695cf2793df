"""Each job once: second copies, redeliveries, cancellations, and a bucket that is away."""

import asyncio
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from tests.unit.scraper.fakes import JOB, NOW, delivery_of, request_for
from wellspring_common.bus.handling import Arrived, Handling, _known_already
from wellspring_common.bus.isolation import Isolation
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.errors import DependencyDown, Throttled
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.scrape import ScrapeRequested
from wellspring_common.events.topology import SCRAPER_INTERACTIVE
from wellspring_common.ids import derived_id
from wellspring_common.testing.graveyard import MemoryGraveyard
from wellspring_common.testing.kv import MemoryValues
from wellspring_scraper.adapters.work import Work, WorkNotes
from wellspring_scraper.domain.notes import End, Note, decoded

PROMOTED = derived_id(JOB, "promoted")


@dataclass
class Scraper:
    """A handler that works until it is let go, and counts."""

    began: int = 0
    ended: int = 0
    stopped: int = 0
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None

    async def __call__(self, delivery: Delivery) -> None:
        self.began += 1
        self.started.set()
        try:
            await self.goes_on.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        if self.error is not None:
            raise self.error
        self.ended += 1


@pytest.fixture
def values() -> MemoryValues:
    return MemoryValues()


@pytest.fixture
def notes(values: MemoryValues) -> WorkNotes:
    return WorkNotes(values)


@pytest.fixture
def work(notes: WorkNotes) -> Work:
    return Work(notes)


@pytest.fixture
def scraper() -> Scraper:
    return Scraper()


def copy(event_id: UUID = JOB, subject: str | None = None) -> Delivery:
    made = delivery_of(request_for())
    envelope = made.envelope.model_copy(update={"event_id": event_id})
    return replace(made, envelope=envelope, subject=subject or made.subject)


def cancellation() -> Delivery:
    return delivery_of(JobCancelled(job_id=JOB, cancelled_by="admin", cancelled_at=NOW))


async def known(work: Work, scraper: Scraper, delivery: Delivery) -> bool:
    """Handle a delivery to its end, and return whether it counts as a duplicate."""
    _known_already.set(False)
    await work.once(scraper)(delivery)
    return _known_already.get()


async def begin(work: Work, scraper: Scraper, delivery: Delivery) -> "asyncio.Task[None]":
    """Handle a delivery in a task, and return it once the handler works."""
    task = asyncio.ensure_future(work.once(scraper)(delivery))
    await scraper.started.wait()
    return task


async def test_the_second_copy_of_a_job_that_runs_is_dropped(work: Work, scraper: Scraper) -> None:
    first = await begin(work, scraper, copy())
    assert await known(work, scraper, copy(PROMOTED))
    scraper.goes_on.set()
    await first
    assert (scraper.began, scraper.ended) == (1, 1)


async def test_the_second_copy_of_a_job_that_ended_is_dropped_in_another_process_too(
    notes: WorkNotes, scraper: Scraper
) -> None:
    scraper.goes_on.set()
    assert not await known(Work(notes), scraper, copy(PROMOTED))
    assert await known(Work(notes), scraper, copy())
    assert scraper.began == 1


async def test_a_message_that_comes_again_while_it_is_under_way_is_not_acknowledged(
    work: Work, scraper: Scraper
) -> None:
    """An acknowledgement would take away the one copy that a crash needs."""
    first = await begin(work, scraper, copy())
    with pytest.raises(Throttled):
        await work.once(scraper)(copy())
    scraper.goes_on.set()
    await first
    assert await known(work, scraper, copy())
    assert scraper.began == 1


async def test_a_job_that_failed_to_end_may_run_again(work: Work, notes: WorkNotes, scraper: Scraper) -> None:
    scraper.goes_on.set()
    scraper.error = DependencyDown("away")
    with pytest.raises(DependencyDown):
        await work.once(scraper)(copy())
    assert await notes.of(str(JOB)) == Note()
    scraper.error = None
    assert not await known(work, scraper, copy())
    assert scraper.ended == 1


async def test_a_cancelled_job_stops_at_once_and_is_done_with(
    work: Work, notes: WorkNotes, scraper: Scraper
) -> None:
    first = await begin(work, scraper, copy())
    await work.on_job_cancelled(cancellation())
    await first  # an orderly end: the message is acknowledged
    assert (scraper.stopped, scraper.ended) == (1, 0)
    assert (await notes.of(str(JOB))).end is End.CANCELLED
    assert await known(work, scraper, copy(PROMOTED))
    assert scraper.began == 1


async def test_a_cancelled_job_that_waits_is_dropped_when_it_comes(work: Work, scraper: Scraper) -> None:
    await work.on_job_cancelled(cancellation())
    await work.on_job_cancelled(cancellation())
    assert await known(work, scraper, copy())
    assert scraper.began == 0


async def test_a_cancellation_that_comes_while_the_note_is_read_counts(
    work: Work, values: MemoryValues, scraper: Scraper, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = values.get

    async def interrupted(key: str) -> bytes | None:
        kept = await read(key)
        await work.on_job_cancelled(cancellation())
        return kept

    monkeypatch.setattr(values, "get", interrupted)
    assert await known(work, scraper, copy())
    assert scraper.began == 0


async def test_a_cancellation_after_the_end_changes_nothing(
    work: Work, notes: WorkNotes, scraper: Scraper
) -> None:
    scraper.goes_on.set()
    await work.once(scraper)(copy())
    await work.on_job_cancelled(cancellation())
    assert (await notes.of(str(JOB))).end is End.DONE


async def test_a_process_that_stops_hands_its_job_on(work: Work, notes: WorkNotes, scraper: Scraper) -> None:
    first = await begin(work, scraper, copy())
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert (scraper.stopped, (await notes.of(str(JOB))).end) == (1, None)
    scraper.goes_on.set()
    assert not await known(work, scraper, copy())
    assert scraper.ended == 1


async def test_a_dead_letter_that_is_tried_again_runs_and_its_old_copies_do_not(
    work: Work, notes: WorkNotes, scraper: Scraper
) -> None:
    scraper.goes_on.set()
    await notes.change(str(JOB), Note.buried)
    assert await known(work, scraper, copy())
    assert not await known(work, scraper, copy(subject=SCRAPER_INTERACTIVE.replay))
    assert (scraper.ended, (await notes.of(str(JOB))).end) == (1, End.DONE)
    assert await known(work, scraper, copy(subject=SCRAPER_INTERACTIVE.replay))


async def test_without_the_bucket_no_job_begins_and_none_is_lost(
    work: Work, values: MemoryValues, scraper: Scraper
) -> None:
    values.down = True
    with pytest.raises(DependencyDown):
        await work.once(scraper)(copy())
    assert scraper.began == 0
    values.down = False
    first = await begin(work, scraper, copy())
    values.down = True
    scraper.goes_on.set()
    await first  # its result is stored: at worst it is scraped again
    assert scraper.ended == 1
    values.down = False
    assert not await known(work, scraper, copy(PROMOTED))


async def test_notes_that_others_change_meanwhile_keep_both_changes(
    notes: WorkNotes, values: MemoryValues, monkeypatch: pytest.MonkeyPatch
) -> None:
    swap, others = values.swap, [Note.failed, Note.begun]

    async def late(key: str, value: bytes, revision: int) -> bool:
        if others:
            change = others.pop()
            kept = await values.kept(key)
            await values.put(key, change(Note() if kept is None else decoded(kept.value)).encoded())
        return await swap(key, value, revision)

    monkeypatch.setattr(values, "swap", late)
    await notes.change("a", Note.done)
    assert await notes.of("a") == Note(unended=1, failures=1, end=End.DONE)


@pytest.mark.parametrize("kept", [b"", b"[]", b'{"end": "eaten"}', b"\xff"])
async def test_a_note_that_cannot_be_read_says_nothing(
    notes: WorkNotes, values: MemoryValues, kept: bytes
) -> None:
    await values.put(str(JOB), kept)
    assert await notes.of(str(JOB)) == Note()


async def test_a_job_that_has_the_process_for_itself_is_stopped_too(work: Work, scraper: Scraper) -> None:
    """One that is suspected of killing its process runs alone: all the more may people want it to end."""
    isolation, graveyard = Isolation(), MemoryGraveyard()
    spec = SCRAPER_INTERACTIVE
    jobs = Handling(Subscription(spec, {ScrapeRequested: work.once(scraper)}), graveyard, isolation)
    cancellations = Handling(work.cancellations(), graveyard, isolation)
    await graveyard.begun(spec.name, copy())
    running = asyncio.ensure_future(jobs.handle(arrived(copy(), attempt=3)))
    await scraper.started.wait()
    async with asyncio.timeout(5):
        assert (await cancellations.handle(arrived(cancellation()))).is_done
        assert (await running).is_done
    assert (scraper.stopped, graveyard.buried) == (1, [])


def arrived(delivery: Delivery, attempt: int = 1) -> Arrived:
    event = delivery.event
    envelope = delivery.envelope.model_copy(update={"schema_name": f"{event.subject}/{event.version}"})
    payload = event.model_dump_json().encode()
    return Arrived(delivery.subject, payload, envelope.headers(), attempt, delivery.working)
