"""Telling what a crawl found: in events that the broker takes, each said once, however often it is tried."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from wellspring_common.events.crawl import CatalogCrawled, CrawledTitle, CrawlFinished, CrawlRequested
from wellspring_common.events.envelope import Event
from wellspring_common.ids import derived_id

from ..domain.batches import MOST_BYTES, parts, weight
from ..domain.crawl_memory import Remembered, short
from ..ports import Progress, Seen

MOST_TITLES = 25
MOST_SETTLED = 50
"""Unchanged titles between two notes of how far the job is."""

Publish = Callable[[UUID, Event], Awaitable[None]]
"""Stores an event with the broker under an id."""


@dataclass
class Report:
    """Collects titles until an event is full. What is remembered of them is kept once the event is stored.

    Before each event is published it is noted as in doubt, so that a run that takes over from one that was
    killed in between says the very same again and nothing else.
    """

    job: CrawlRequested
    seen: Seen
    publish: Publish
    progress: Progress = field(default_factory=Progress)
    _held: list[CrawledTitle] = field(default_factory=list)
    _size: int = 0
    _to_remember: dict[str, Remembered] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)
    _unchanged: set[str] = field(default_factory=set)

    async def take_over(self) -> CrawlFinished | None:
        """Go on where an earlier run of the same job was, and return how it ended, if it did."""
        self.progress = await self.seen.progress(self.job.job_id)
        if self.progress.finished is None and self.progress.in_doubt is not None:
            await self._store(self.progress.in_doubt)
        return self.progress.finished

    def is_done(self, key: str) -> bool:
        """Return whether this job has dealt with a title already."""
        return short(key) in self.progress.reported | self.progress.unchanged

    @property
    def titles(self) -> int:
        """How many titles were found new or changed."""
        return len(self.progress.reported | self._done)

    @property
    def unchanged(self) -> int:
        """How many titles were as they were."""
        return len(self.progress.unchanged | self._unchanged)

    async def leave(self, key: str) -> None:
        """Count a title that is as it was."""
        self._unchanged.add(short(key))
        if len(self._unchanged) >= MOST_SETTLED:
            await self.flush()

    async def add(self, key: str, title: CrawledTitle, known: Remembered) -> None:
        """Tell a title that is new or changed, named as on its list. Raises `too_large`."""
        pieces = list(parts(title))
        if len(pieces) > 1:
            await self.flush()  # alone in their events, the pieces come out the same in another run
        for part in pieces:
            size = weight(part)
            if self._held and (self._size + size > MOST_BYTES or len(self._held) >= MOST_TITLES):
                await self.flush()
            self._held.append(part)
            self._size += size
        # only now: a title is known when the last of its parts is told
        self._to_remember[key] = known
        self._done.add(short(key))
        if len(pieces) > 1:
            await self.flush()

    async def flush(self) -> None:
        """Tell what is held, and note how far the job is."""
        if not (self._held or self._unchanged):
            return
        event = None
        if self._held:
            event = CatalogCrawled(
                job_id=self.job.job_id,
                catalogue_id=self.job.catalogue_id,
                definition=self.job.definition,
                titles=tuple(self._held),
            )
        self.progress = Progress(
            reported=self.progress.reported | self._done,
            unchanged=self.progress.unchanged | self._unchanged,
            in_doubt=event,
            to_remember=dict(self._to_remember),
        )
        await self.seen.keep_progress(self.job.job_id, self.progress)
        if event is not None:
            await self._store(event)
        self._held, self._size, self._to_remember = [], 0, {}
        self._done, self._unchanged = set(), set()

    async def finish(self, end: CrawlFinished) -> None:
        """Note how the job ended, before that is told."""
        self.progress = replace(self.progress, in_doubt=None, to_remember={}, finished=end)
        await self.seen.keep_progress(self.job.job_id, self.progress)

    async def _store(self, event: CatalogCrawled) -> None:
        content = short("".join(title.model_dump_json() for title in event.titles))
        await self.publish(derived_id(self.job.job_id, f"catalog.crawled/{content}"), event)
        for key, known in self.progress.to_remember.items():
            await self.seen.remember_title(self.job.catalogue_id, key, known)
