"""Each job once: what is noted of jobs in a bucket, what runs here, and what nobody wants any more."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from wellspring_common.bus.handling import known_already
from wellspring_common.bus.port import Delivery, Handler, Subscription, Values
from wellspring_common.errors import DependencyDown, Throttled
from wellspring_common.events.crawl import CrawlRequested
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.scrape import ScrapeRequested
from wellspring_common.events.specs import REPLAY
from wellspring_common.events.topology import SCRAPER_CANCELLATIONS

from ..domain.notes import Note, decoded

MOST_TRIES = 10
"""Others change the same note at the same time, but never so many."""
LOOK_AGAIN_S = 10.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class WorkNotes:
    """The notes by key, in a bucket that outlives the process."""

    values: Values

    async def of(self, key: str) -> Note:
        """Return what is noted. Raises `DependencyDown`."""
        kept = await self.values.get(key)
        return Note() if kept is None else decoded(kept)

    async def change(self, key: str, change: Callable[[Note], Note]) -> Note:
        """Change a note and return what it was before. Raises `DependencyDown`."""
        for _ in range(MOST_TRIES):
            kept = await self.values.kept(key)
            before = Note() if kept is None else decoded(kept.value)
            after = change(before)
            revision = 0 if kept is None else kept.revision
            if after == before or await self.values.swap(key, after.encoded(), revision):
                return before
        raise DependencyDown(f"The note {key} is changed by others without pause.")


@dataclass
class _Run:
    """One job that is worked on in this process."""

    event_id: UUID
    task: "asyncio.Future[None] | None" = None
    stopped: bool = False

    def stop(self) -> None:
        self.stopped = True
        if self.task is not None:
            self.task.cancel()


@dataclass(frozen=True)
class Work:
    """Lets each job run once at a time and end once, and stops it when it was cancelled."""

    notes: WorkNotes
    _running: dict[UUID, _Run] = field(default_factory=dict)

    def once(self, handler: Handler) -> Handler:
        """Return a handler of requests that leaves out those whose job is under way or over."""

        async def handle(delivery: Delivery) -> None:
            await self._once(handler, delivery)

        return handle

    def cancellations(self) -> Subscription:
        """Return the consumer of cancellations. Only who has the jobs may hear it."""
        return Subscription(SCRAPER_CANCELLATIONS, {JobCancelled: self.on_job_cancelled}, apart=True)

    async def on_job_cancelled(self, delivery: Delivery) -> None:
        """Stop a job that runs here, and drop one that is still to come."""
        event = delivery.event
        assert isinstance(event, JobCancelled)  # noqa: S101  (the table above decides)
        self._stop(event.job_id)
        await self.notes.change(str(event.job_id), Note.cancelled)
        self._stop(event.job_id)  # one that began before the note was there

    def _stop(self, job_id: UUID) -> None:
        if (run := self._running.get(job_id)) is not None and not run.stopped:
            log.info("job.stopped", job_id=str(job_id))
            run.stop()

    async def _once(self, handler: Handler, delivery: Delivery) -> None:
        job_id = job_of(delivery)
        if (first := self._running.get(job_id)) is not None:
            if first.event_id == delivery.envelope.event_id:
                # The same message, brought again because we were silent: only its first run may acknowledge.
                raise Throttled("This very message is under way here.", retry_after=LOOK_AGAIN_S)
            # A second copy, of a job that was promoted. If this process dies now, the first copy comes again.
            known_already()
            return
        run = self._running[job_id] = _Run(delivery.envelope.event_id)
        try:
            note = await self.notes.of(str(job_id))
            if run.stopped or note.is_over(replayed=is_replayed(delivery)):
                known_already()
                return
            run.task = asyncio.ensure_future(handler(delivery))
            await _until_over(run.task)
            if run.stopped:
                return
            run.task.result()
            await self._note_done(job_id)
        finally:
            del self._running[job_id]

    async def _note_done(self, job_id: UUID) -> None:
        # The result is stored and the message not yet acknowledged. Without the note another copy would run
        # again, and its result would change nothing.
        try:
            await self.notes.change(str(job_id), Note.done)
        except DependencyDown as error:
            log.warning("job.unnoted", job_id=str(job_id), reason=error.message)


def job_of(delivery: Delivery) -> UUID:
    """Return the job that a request is about."""
    event = delivery.event
    if not isinstance(event, ScrapeRequested | CrawlRequested):
        raise TypeError(f"{type(event).__name__} is no request")
    return event.job_id


def is_replayed(delivery: Delivery) -> bool:
    """Return whether this is a dead letter that somebody wants to be tried again."""
    return delivery.subject.startswith(f"{REPLAY}.")


async def _until_over(task: "asyncio.Future[None]") -> None:
    """Wait for a task, and end it with the one that waits."""
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # heard: the stop is what counts
        raise
    if not task.cancelled():
        task.exception()
