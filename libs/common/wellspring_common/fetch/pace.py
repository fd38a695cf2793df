"""How fast one host is asked: a burst at once, then a steady rate, and silence when the host wants it."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from wellspring_common.errors import Throttled

from .slots import Slots

MOST_HOSTS = 4096
SLOWED_FOR_S = 600.0
"""A wish for slowness is renewed with each request. So long after the last one it is nobody's any more."""


class NotOurTurn(Throttled):
    """Our own pace is what has to be waited for: the host was not asked and has said nothing."""

    code = "our_pace"


@dataclass(frozen=True)
class PaceRule:
    """What one host is asked of at most. The burst is for the pages and links of one episode at once."""

    concurrency: int = 4
    burst: int = 16
    rate_per_s: float = 2.0


@dataclass
class HostPace:
    """The bookkeeping of one host, in seconds of a monotonic clock (GCRA)."""

    rule: PaceRule
    full_at: float = 0.0
    """When the bucket will be full again."""
    quiet_until: float = 0.0
    slowed_s: float = 0.0
    """What a definition wants between two requests, where that is more than the rule."""
    slowed_until: float = 0.0

    def _slowed(self, now: float) -> float:
        return self.slowed_s if self.slowed_until > now else 0.0

    def _interval(self, now: float) -> float:
        return max(1.0 / self.rule.rate_per_s, self._slowed(now))

    def slow(self, now: float, interval_s: float) -> None:
        """Keep to so many seconds between two requests, without a burst, as long as somebody wants it."""
        if interval_s >= self._slowed(now):
            self.slowed_s, self.slowed_until = interval_s, now + SLOWED_FOR_S

    def wait(self, now: float) -> float:
        """Return how long a request that comes now would have to wait."""
        return self.wait_leaving(now, 0)

    def wait_leaving(self, now: float, others: int) -> float:
        """Return how long a request would have to wait that leaves so many of the burst to others."""
        interval, burst = self._interval(now), 1 if self._slowed(now) else self.rule.burst
        turn = max(now, self.full_at) - max(burst - 1 - others, 0) * interval
        return max(turn, self.quiet_until, now) - now

    def take(self, now: float) -> float:
        """Reserve the next turn and return how long it is away."""
        waits = self.wait(now)
        self.full_at = max(self.full_at, now) + self._interval(now)
        return waits

    def take_now(self, now: float) -> bool:
        """Reserve the next turn if it is one for now."""
        if self.slowed_until > now or self.quiet_until > now:
            return self.wait(now) <= 0 and self.take(now) <= 0
        interval = 1.0 / self.rule.rate_per_s
        if self.full_at - (self.rule.burst - 1) * interval > now:
            return False
        self.full_at = max(self.full_at, now) + interval
        return True

    def quiet(self, now: float, seconds: float) -> None:
        """Leave the host alone for some seconds, or longer if it already asked for more."""
        self.quiet_until = max(self.quiet_until, now + seconds)


@dataclass
class Held:
    """A host that somebody holds a turn of."""

    pace: HostPace
    slots: Slots
    users: int = field(default=0)

    def leave(self) -> None:
        """Give the turn back."""
        self.slots.give_back()
        self.users -= 1


class Pacer:
    """Gives each host its turns. Who waits holds a place in a queue, and no socket."""

    def __init__(self, rule: PaceRule, clock: Callable[[], float] = time.monotonic) -> None:
        self._rule = rule
        self._clock = clock
        self.on_quiet: Callable[[str, float], None] | None = None
        """Hears of each host that asked us to be left alone, and for how many seconds."""
        self._hosts: OrderedDict[str, Held] = OrderedDict()

    def turn(self, host: str, *, patience_s: float) -> "Turn":
        """Hold one of the host's turns. Raises `Throttled` when it is further away than `patience_s`."""
        return Turn(self, host, patience_s)

    def quiet(self, host: str, seconds: float) -> None:
        """Leave a host alone, as it asked us, and say so to whoever wants to know."""
        self.hear_quiet(host, seconds)
        if self.on_quiet is not None:
            self.on_quiet(host, seconds)

    def hear_quiet(self, host: str, seconds: float) -> None:
        """Leave a host alone, as it asked somebody else."""
        self._host(host).pace.quiet(self._clock(), seconds)

    def slow(self, host: str, interval_s: float) -> None:
        """Let so many seconds at least be between two requests to a host, for a while from now on."""
        if interval_s > 0:
            self._host(host).pace.slow(self._clock(), interval_s)

    def quiet_for(self, host: str) -> float:
        """Return how long a request to this host would wait now."""
        return self._host(host).pace.wait(self._clock())

    def background_wait(self, host: str) -> float:
        """Return how long work that nobody waits for holds back: half of the burst is for those who do."""
        return self._host(host).pace.wait_leaving(self._clock(), self._rule.burst // 2)

    def _host(self, host: str) -> Held:
        entry = self._hosts.get(host)
        if entry is None:
            entry = Held(HostPace(self._rule), Slots(self._rule.concurrency))
            self._hosts[host] = entry
            self._forget_idle()
        self._hosts.move_to_end(host)
        return entry

    def _forget_idle(self) -> None:
        now = self._clock()
        for name in list(self._hosts)[: max(0, len(self._hosts) - MOST_HOSTS)]:
            entry = self._hosts[name]
            if not entry.users and max(entry.pace.full_at, entry.pace.quiet_until) <= now:
                del self._hosts[name]

    def enter_now(self, host: str) -> Held | None:
        """Take a turn if there is one that nobody has to wait for."""
        entry = self._host(host)
        if not entry.slots.take_now():
            return None
        if not entry.pace.take_now(self._clock()):
            entry.slots.give_back()
            return None
        entry.users += 1
        return entry

    async def enter(self, host: str, patience_s: float) -> Held:
        """Wait for a turn."""
        entry = self._host(host)
        now = self._clock()
        away = entry.pace.wait(now)
        if away > patience_s:
            asked_for = entry.pace.quiet_until > now
            kind = Throttled if asked_for else NotOurTurn
            raise kind(f"{host} is left alone for {away:.0f} s.", retry_after=away)
        entry.users += 1
        try:
            away = entry.pace.take(self._clock())
            if away > 0:
                await asyncio.sleep(away)
            await entry.slots.take()
        except BaseException:
            entry.users -= 1
            raise
        return entry


class Turn:
    """A turn, held as long as the block lasts. A class because one is taken for each link of thousands."""

    __slots__ = ("_entry", "_host", "_pacer", "_patience_s")

    def __init__(self, pacer: Pacer, host: str, patience_s: float) -> None:
        self._pacer, self._host, self._patience_s = pacer, host, patience_s
        self._entry: Held | None = None

    async def __aenter__(self) -> None:
        self._entry = await self._pacer.enter(self._host, self._patience_s)

    async def __aexit__(self, *_: object) -> None:
        if self._entry is not None:
            self._entry.leave()
