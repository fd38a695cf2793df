"""What everybody reads of an episode: kept ready as bytes, for as long as it is sure to be right."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from hashlib import blake2b
from typing import Any

import orjson

from wellspring_common import metrics
from wellspring_common.clock import Clock
from wellspring_common.errors import DependencyDown
from wellspring_common.tunables import Tunables

from .domain.carrying import NOBODY, Carrier
from .domain.state import EpisodeState
from .domain.titles import EpisodeHead
from .keeping import Found, Keeping
from .ports.library import Catalog

KEPT_S = 15.0
"""No answer is older, whatever was missed."""
KEPT_BUSY_S = 1.0
"""No answer is older while a job is under way: its row changes without a fact of its own."""
MOST_BYTES = 32 * 1024 * 1024
PER_BYTE, PER_STATE = 4, 2048
"""What a state takes in memory, by the length of its JSON: measured, and rounded up."""
HEADS_BYTES = 4 * 1024 * 1024
HEAD_SIZE = 1024


@dataclass(frozen=True)
class Ready:
    """An answer as it is sent."""

    body: bytes
    tag: str

    @classmethod
    def of(cls, answer: Any) -> "Ready":
        """Encode an answer."""
        return cls.encoded(orjson.dumps(answer))

    @classmethod
    def encoded(cls, body: bytes) -> "Ready":
        """Name what is encoded already by what it says."""
        return cls(body, f'"{blake2b(body, digest_size=9).hexdigest()}"')


@dataclass(frozen=True)
class Shown:
    """The live state as one kind of client may play it."""

    ready: Ready

    @cached_property
    def snapshot(self) -> Mapping[str, Any]:
        """Return it as values: only open pages need them."""
        values: dict[str, Any] = orjson.loads(self.ready.body)
        return values


class Answers:
    """All that is answered from one state, encoded once: under these settings, until something changes."""

    def __init__(self, state: EpisodeState, *, now: datetime, tunables: Tunables, clock: Clock) -> None:
        self.state = state
        self.tunables = tunables
        self._asked_at = now
        self._clock = clock
        self._shown: dict[Carrier, Shown] = {}

    def shown(self, carrier: Carrier) -> Shown:
        """Return the live state as a client may play it. There are but a few kinds of clients."""
        shown = self._shown.get(carrier)
        if shown is None:
            body = self.state.encoded(now=self._asked_at, tunables=self.tunables, carrier=carrier)
            shown = self._shown[carrier] = Shown(Ready.encoded(body))
        return shown

    @cached_property
    def get_link(self) -> Ready:
        """Return the seeds' answer."""
        return Ready.of(self.state.seeds_answer(now=self._clock.now(), tunables=self.tunables))


class States:
    """Reads episodes from Postgres, and keeps the answers until a fact or the time changes them."""

    def __init__(
        self,
        catalog: Catalog,
        *,
        clock: Clock,
        tunables: Callable[[], Tunables],
        kept_s: float = KEPT_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._catalog = catalog
        self._clock = clock
        self._tunables = tunables
        self._kept_s = kept_s
        self._answers = Keeping[int, Answers]("state", most_bytes=MOST_BYTES, monotonic=monotonic)
        self._heads = Keeping[int, EpisodeHead]("episode", most_bytes=HEADS_BYTES, monotonic=monotonic)
        self._names = Keeping[tuple[str, Decimal], EpisodeHead](
            "name", most_bytes=HEADS_BYTES, monotonic=monotonic
        )

    async def read(self, episode_id: int) -> tuple[EpisodeState | None, bool]:
        """Return a state, and whether it is only what was known before. Raises `DependencyDown`."""
        answers, stale = await self.answers(episode_id)
        return (answers.state if answers is not None else None), stale

    async def answers(self, episode_id: int, carrier: Carrier = NOBODY) -> tuple[Answers | None, bool]:
        """Return what is answered of an episode, and whether it is only what was known before.

        What is read anew is encoded at once for `carrier`, whose client asks. Raises `DependencyDown`.
        """
        known = self.fresh(episode_id)
        if known is not None:
            return known, False
        return await self._answers.ask(episode_id, lambda: self._find(episode_id, carrier))

    def fresh(self, episode_id: int) -> Answers | None:
        """Return what is answered of an episode, if nobody has to be asked for it."""
        known = self._answers.fresh(episode_id)
        if known is None or known.tunables is self._tunables():
            return known
        self._answers.forget(episode_id)
        return None

    def fresh_name(self, show: str, number: Decimal) -> EpisodeHead | None:
        """Return an episode by its show and number, if nobody has to be asked for it."""
        return self._names.fresh((show.casefold(), number))

    async def live_state(self, episode_id: int, carrier: Carrier) -> Ready | None:
        """Return the live state of an episode, as a client may play it. Raises `DependencyDown`."""
        answers, stale = await self.answers(episode_id, carrier)
        if answers is None or not stale:
            return answers.shown(carrier).ready if answers is not None else None
        now, tunables = self._clock.now(), self._tunables()
        body = answers.state.encoded(now=now, tunables=tunables, stale=True, carrier=carrier)
        return Ready.encoded(body)

    async def get_link(self, episode_id: int) -> Ready | None:
        """Return the seeds' answer for an episode. Raises `DependencyDown`."""
        answers, stale = await self.answers(episode_id)
        if answers is None or not stale:
            return answers.get_link if answers is not None else None
        answer = answers.state.seeds_answer(now=self._clock.now(), tunables=self._tunables())
        return Ready.of({**answer, "stale": True})

    async def head(self, episode_id: int) -> EpisodeHead | None:
        """Return an episode by its id. Raises `DependencyDown`."""

        async def find() -> Found[EpisodeHead] | None:
            return self._found(await self._catalog.episode(episode_id))

        return (await self._heads.ask(episode_id, find))[0]

    async def named(self, show: str, number: Decimal) -> EpisodeHead | None:
        """Return an episode by its show and number. Raises `DependencyDown`."""

        async def find() -> Found[EpisodeHead] | None:
            return self._found(await self._catalog.find_episode(show, number))

        return (await self._names.ask((show.casefold(), number), find))[0]

    async def neighbours(self, head: EpisodeHead) -> tuple[int | None, int | None]:
        """Return the ids of the episodes before and after, neither while Postgres is away."""
        try:
            return await self._catalog.neighbours(head)
        except DependencyDown:
            return None, None

    def forget(self, episode_id: int) -> None:
        """Read an episode's state anew: a fact says that it changed."""
        metrics.CACHE_FLUSHES.labels("episode").inc()
        self._answers.forget(episode_id)

    def forget_names(self) -> None:
        """Read anew what episodes are called and where they belong: a fact says that the library changed."""
        metrics.CACHE_FLUSHES.labels("library").inc()
        self._heads.forget_all()
        self._names.forget_all()

    def forget_all(self) -> None:
        """Read everything anew: a fact may have been missed, or is about everything."""
        metrics.CACHE_FLUSHES.labels("all").inc()
        self._answers.forget_all()
        self._heads.forget_all()
        self._names.forget_all()

    async def _find(self, episode_id: int, carrier: Carrier) -> Found[Answers] | None:
        # the time before the question: what changes meanwhile must not count as seen
        asked_at, tunables = self._clock.now(), self._tunables()
        state = await self._catalog.state(episode_id)
        if state is None:
            return None
        answers = Answers(state, now=asked_at, tunables=tunables, clock=self._clock)
        busy = state.job is not None and state.job.is_live
        good_for_s = min(self._kept_s, KEPT_BUSY_S) if busy else self._kept_s
        changes_at = state.changes_at(now=asked_at, tunables=tunables)
        if changes_at is not None:
            good_for_s = min(good_for_s, (changes_at - asked_at) / timedelta(seconds=1))
        size = PER_STATE + PER_BYTE * len(answers.shown(carrier).ready.body)
        return Found(answers, size, good_for_s)

    def _found(self, head: EpisodeHead | None) -> Found[EpisodeHead] | None:
        return Found(head, HEAD_SIZE, self._kept_s) if head is not None else None
