"""What the bus says, for everybody who keeps a connection open, and for the answers that are kept."""

import asyncio
import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from wellspring_common import metrics
from wellspring_common.bus.port import RECONNECTED, Bus
from wellspring_common.events.crawl import CrawlStep
from wellspring_common.events.live import ScrapeStep

from .channels import Channels, block
from .domain.carrying import Carrier
from .domain.facts import FACTS, Fact, fact_of
from .domain.messages import UPLOADS, is_for_operators, message_of
from .listener import Listener
from .states import States
from .staying import Stay, keep_asking

CRAWLS_KEPT = 50
ONCE_MORE_S = 0.5
"""After a fact that is told before its rows are stored, they are read so much later once more."""
PROGRESS = (f"{ScrapeStep.subject}.*", f"{CrawlStep.subject}.*")
UPLOAD_SUBJECTS = tuple(part for name in UPLOADS for part in (name, f"{name}.>"))

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class _Following:
    """Somebody who hears of jobs or of everything, rather than of one episode."""

    listener: Listener
    job_id: str | None = None
    operates: bool = False


@dataclass
class _Audience:
    """Those who listen, by what they want to hear."""

    jobs: set[_Following] = field(default_factory=set)
    sockets: set[_Following] = field(default_factory=set)
    everybody: dict[Listener, Stay | None] = field(default_factory=dict)


class LiveHub:
    """Hands what the bus says to the pages that show it, and forgets what it makes wrong."""

    def __init__(self, bus: Bus, states: States) -> None:
        self._bus = bus
        self._states = states
        self._channels = Channels(states)
        self._audience = _Audience()
        self._crawls: dict[str, CrawlStep] = {}

    @contextmanager
    def listening(
        self, episode_id: int, carrier: Carrier, *, stay: Stay | None = None
    ) -> Generator[Listener]:
        """Listen to one episode, as a client may play it: a snapshot comes first."""
        with self._listener("sse", stay) as listener:
            leave = self._channels.join(episode_id, carrier, listener)
            try:
                yield listener
            finally:
                leave()

    @contextmanager
    def following_jobs(self, job_id: str | None, *, stay: Stay | None = None) -> Generator[Listener]:
        """Listen to one job, or to all of them."""
        with self._listener("sse", stay) as listener, _within(self._audience.jobs, listener, job_id=job_id):
            yield listener

    @contextmanager
    def connected(self, *, operates: bool, stay: Stay | None = None) -> Generator[Listener]:
        """Listen to everything that WebSockets are told."""
        with (
            self._listener("websocket", stay) as listener,
            _within(self._audience.sockets, listener, operates=operates),
        ):
            yield listener

    def close_all(self) -> None:
        """End every stream: the gateway is stopping."""
        for listener in tuple(self._audience.everybody):
            listener.end()

    async def ask_again(self) -> None:
        """End the streams of those who may not listen any more, until cancelled."""
        await keep_asking(lambda: ((one, stay) for one, stay in self._audience.everybody.items() if stay))

    def crawl_step(self, job_id: str) -> CrawlStep | None:
        """Return where a running crawl was last heard to be."""
        return self._crawls.get(job_id)

    async def run(self) -> None:
        """Listen to the bus until cancelled."""
        async with self._bus.listen(*FACTS, *PROGRESS, *UPLOAD_SUBJECTS) as heard:
            self._start_over()  # what was said before is known to nobody
            async for subject, payload in heard:
                if subject == RECONNECTED:
                    self._start_over()
                    continue
                try:
                    self._pass_on(subject, payload)
                except ValueError as error:  # pydantic's too
                    log.warning("live.undecodable", subject=subject, reason=str(error))

    @contextmanager
    def _listener(self, kind: str, stay: Stay | None) -> Generator[Listener]:
        listener, gauge = Listener(kind), metrics.STREAM_CLIENTS.labels(kind)
        self._audience.everybody[listener] = stay
        gauge.inc()
        try:
            yield listener
        finally:
            gauge.dec()
            del self._audience.everybody[listener]

    def _pass_on(self, subject: str, payload: bytes) -> None:
        if subject.startswith(f"{CrawlStep.subject}."):
            where = CrawlStep.model_validate_json(payload, extra="ignore")
            self._crawls[str(where.job_id)] = where
            if len(self._crawls) > CRAWLS_KEPT:
                del self._crawls[next(iter(self._crawls))]
            self._tell_of_job(subject, str(where.job_id), {})
        elif subject.startswith(f"{ScrapeStep.subject}."):
            step = ScrapeStep.model_validate_json(payload, extra="ignore")
            self._channels.tell(step.episode_id, lambda: block("step", step.model_dump(mode="json")))
        else:
            if not subject.startswith(tuple(UPLOADS)):
                self._take(fact_of(subject, payload))
            self._tell_sockets(subject, payload)

    def _take(self, fact: Fact) -> None:
        if fact.is_of_everything:
            self._start_over()
            return
        if fact.is_of_library:
            self._states.forget_names()
        self._read_anew(fact.episodes)
        if fact.is_early:
            asyncio.get_running_loop().call_later(ONCE_MORE_S, self._read_anew, fact.episodes)
        if fact.job_id is not None:
            more = {"episode_id": next(iter(fact.episodes), None), "catalogue_id": fact.catalogue_id}
            self._tell_of_job(fact.subject, fact.job_id, more)

    def _read_anew(self, episodes: tuple[int, ...]) -> None:
        for episode_id in episodes:
            self._states.forget(episode_id)
            self._channels.read(episode_id)

    def _start_over(self) -> None:
        self._states.forget_all()
        self._channels.read_all()

    def _tell_of_job(self, subject: str, job_id: str, more: Mapping[str, Any]) -> None:
        told = [one for one in self._audience.jobs if one.job_id in {None, job_id}]
        if told:
            said = block("job", {"job_id": job_id, "what": subject, **more})
            for one in told:
                one.listener.hear(said)

    def _tell_sockets(self, subject: str, payload: bytes) -> None:
        if not self._audience.sockets:
            return
        said = json.loads(payload)
        message = message_of(subject, said) if isinstance(said, dict) else None
        if message is None:
            return
        text = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        for one in self._audience.sockets:
            if one.operates or not is_for_operators(message):
                one.listener.hear(text)


@contextmanager
def _within(group: set[_Following], listener: Listener, **how: Any) -> Generator[None]:
    following = _Following(listener, **how)
    group.add(following)
    try:
        yield
    finally:
        group.discard(following)
