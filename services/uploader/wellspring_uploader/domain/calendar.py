"""The calendar of a target: when each waiting episode has its turn, and what it waits for.

The same function plans what is stored, shows a dry run and says what may start now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from wellspring_common.account_limits import Limits
from wellspring_common.events.uploads import UploadState

from .quota import Used, free_at
from .rules import Rules
from .upload import ChannelState

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GUESSED_MINUTES = 24.0
"""Of a film that is not here yet."""


class Waits(StrEnum):
    """What an episode waits for, by the names that are stored."""

    SLOT = "slot"
    SERIES = "series"
    QUOTA = "quota"
    DOWNLOAD = "download"
    RETRY = "retry"
    PAUSED = "paused"
    AUTH = "auth"
    HELD = "held"


@dataclass(frozen=True)
class Waiting:
    """An episode in the queue."""

    upload_id: UUID
    state: UploadState
    minutes: float | None
    starts_at: datetime
    next_try_at: datetime | None = None
    is_paused: bool = False
    is_coming: bool = False
    """Its file is being fetched."""
    is_overtaken: bool = False
    """Another one began after it had: its own slot is over."""


@dataclass(frozen=True)
class Ground:
    """What the calendar of a target starts from."""

    interval: timedelta
    state: ChannelState
    limits: Limits
    used: tuple[Used, ...] = ()
    quota_until: datetime | None = None
    last_started_at: datetime | None = None
    is_busy: bool = False
    """Another episode is on its way: nobody starts."""
    busy_minutes: float | None = None
    """Of the film on its way, while it is not made yet."""


@dataclass(frozen=True)
class Turn:
    """When an episode has its turn. `planned_at` is nothing where nobody can say."""

    upload_id: UUID
    planned_at: datetime | None
    waits_for: Waits
    is_due: bool = False


_STOPS = {
    ChannelState.PAUSED: Waits.PAUSED,
    ChannelState.AUTH_PAUSED: Waits.AUTH,
    ChannelState.HELD: Waits.HELD,
}


def next_multiple(at: datetime, interval: timedelta) -> datetime:
    """Return the first multiple of the interval after a moment: of an hour, the next full hour in UTC."""
    return EPOCH + interval * ((at - EPOCH) // interval + 1)


def slot_taken(planned_at: datetime, interval: timedelta, *, now: datetime, rules: Rules) -> datetime:
    """Return the moment that the next slot is counted from: what starts on time keeps to the full hours."""
    late = now - planned_at
    return planned_at if timedelta(0) <= late <= min(rules.on_time, interval / 2) else now


def calendar(ground: Ground, queue: Sequence[Waiting], *, now: datetime, rules: Rules) -> list[Turn]:
    """Return the turn of every episode of the queue, which is in order."""
    stop = _STOPS.get(ground.state)
    if stop is not None:
        return [Turn(each.upload_id, None, Waits.PAUSED if each.is_paused else stop) for each in queue]
    planner = _Planner(ground, now, rules)
    return [planner.turn(each) for each in queue]


class _Planner:
    """Goes through the queue, and takes for made what had its turn."""

    def __init__(self, ground: Ground, now: datetime, rules: Rules) -> None:
        self._ground, self._now, self._rules = ground, now, rules
        self._used = list(ground.used)
        self._last = ground.last_started_at
        self._is_head = not ground.is_busy
        self._is_first = True
        self._before = EPOCH
        # Of what is late nobody knows the moment: full minutes, so that the same is planned again.
        self._soon = next_multiple(now, min(timedelta(minutes=1), ground.interval))
        if ground.busy_minutes is not None:
            self._used.append(Used(now, ground.busy_minutes))

    def turn(self, one: Waiting) -> Turn:
        if one.is_paused:
            return Turn(one.upload_id, None, Waits.PAUSED)
        minutes = GUESSED_MINUTES if one.minutes is None else one.minutes
        wished, why = self._wished(one)
        at = free_at(self._used, self._ground.limits, minutes, at=wished, rules=self._rules)
        if self._ground.quota_until is not None:
            at = max(at, self._ground.quota_until)
        if at > max(wished, self._now):
            why = Waits.QUOTA
        head, self._is_head = self._is_head, False
        if one.is_coming:
            why = Waits.DOWNLOAD
        if not head:  # nobody overtakes who is before it in the queue
            at = max(at, self._soon, self._before)
        self._before, self._is_first = at, False
        is_due = head and at <= self._now and not one.is_coming
        self._took(one, at, max(at, self._now), minutes)
        return Turn(one.upload_id, at, why, is_due=is_due)

    def _wished(self, one: Waiting) -> tuple[datetime, Waits]:
        """Return the first moment that its place in the queue and its own state allow."""
        slot = one.starts_at if self._last is None else max(one.starts_at, self._last + self._ground.interval)
        if one.next_try_at is None:
            return slot, Waits.SLOT if self._is_head else Waits.SERIES
        if one.state is not UploadState.QUOTA_WAIT:
            return one.next_try_at, Waits.RETRY
        has_slot = self._is_first and not one.is_overtaken
        return one.next_try_at if has_slot else max(one.next_try_at, slot), Waits.QUOTA

    def _took(self, one: Waiting, planned: datetime, at: datetime, minutes: float) -> None:
        self._used.append(Used(at, minutes))
        # A second try is part of the first: it takes no slot of its own.
        if self._last is None or one.state is not UploadState.FAILED:
            self._last = slot_taken(planned, self._ground.interval, now=at, rules=self._rules)
