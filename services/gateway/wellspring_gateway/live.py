"""What open pages hear: facts and progress of their episode, fanned out from one subscription."""

import asyncio
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from wellspring_common import metrics
from wellspring_common.bus.port import RECONNECTED, Bus
from wellspring_common.events.crawl import CrawlStep
from wellspring_common.events.links import LinksDied, LinksRevived, LinksUpdated
from wellspring_common.events.live import ScrapeStep
from wellspring_common.events.scrape import ScrapeStarted

BACKLOG = 200
CRAWLS_KEPT = 50

FACTS = (LinksUpdated.subject, LinksDied.subject, LinksRevived.subject, ScrapeStarted.subject)
PROGRESS = (f"{ScrapeStep.subject}.*", f"{CrawlStep.subject}.*")

log = structlog.get_logger(__name__)


class _About(BaseModel):
    """The one field that every fact about an episode has."""

    model_config = ConfigDict(extra="ignore")

    episode_id: int


class Listener:
    """One open page. A page that does not keep up is closed, and reads everything anew."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[ScrapeStep | None] = asyncio.Queue(BACKLOG)
        self.closed = asyncio.Event()

    def hear(self, step: ScrapeStep | None) -> None:
        """Take a step, or nothing: the stored state changed."""
        try:
            self._heard.put_nowait(step)
        except asyncio.QueueFull:
            self.closed.set()

    async def next(self) -> ScrapeStep | None:
        """Return what was heard next: a step, or nothing for a changed state."""
        return await self._heard.get()

    def more(self) -> bool:
        """Return whether something else waits."""
        return not self._heard.empty()


class LiveHub:
    """Hands what the bus says to the pages that show that episode."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._listeners: dict[int, set[Listener]] = defaultdict(set)
        self._crawls: dict[str, CrawlStep] = {}

    @contextmanager
    def listening(self, episode_id: int) -> Generator[Listener]:
        """Listen to one episode."""
        listener = Listener()
        self._listeners[episode_id].add(listener)
        gauge = metrics.STREAM_CLIENTS.labels("sse")
        gauge.inc()
        try:
            yield listener
        finally:
            gauge.dec()
            self._listeners[episode_id].discard(listener)
            if not self._listeners[episode_id]:
                del self._listeners[episode_id]

    def close_all(self) -> None:
        """End every stream: the gateway is stopping."""
        for listeners in list(self._listeners.values()):
            for listener in list(listeners):
                listener.closed.set()

    def crawl_step(self, job_id: str) -> CrawlStep | None:
        """Return where a running crawl was last heard to be."""
        return self._crawls.get(job_id)

    async def run(self) -> None:
        """Listen to the bus until cancelled."""
        async with self._bus.listen(*FACTS, *PROGRESS) as heard:
            async for subject, payload in heard:
                if subject == RECONNECTED:
                    self._everybody_reads_again()
                    continue
                try:
                    self._pass_on(subject, payload)
                except ValidationError as error:
                    log.warning("live.undecodable", subject=subject, reason=str(error))

    def _pass_on(self, subject: str, payload: bytes) -> None:
        if subject.startswith(CrawlStep.subject):
            where = CrawlStep.model_validate_json(payload, extra="ignore")
            self._crawls[str(where.job_id)] = where
            if len(self._crawls) > CRAWLS_KEPT:
                del self._crawls[next(iter(self._crawls))]
        elif subject.startswith(ScrapeStep.subject):
            step = ScrapeStep.model_validate_json(payload, extra="ignore")
            self._tell(step.episode_id, step)
        else:
            self._tell(_About.model_validate_json(payload).episode_id, None)

    def _tell(self, episode_id: int, step: ScrapeStep | None) -> None:
        for listener in tuple(self._listeners.get(episode_id, ())):
            listener.hear(step)

    def _everybody_reads_again(self) -> None:
        for episode_id in list(self._listeners):
            self._tell(episode_id, None)
