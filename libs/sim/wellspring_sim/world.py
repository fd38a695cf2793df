"""The truth of the model: which link serves its file at which moment, and what a server answers."""

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache, cached_property

from wellspring_common.fetch.media import sniff
from wellspring_common.fetch.page import Probe
from wellspring_health.domain.evidence import Evidence

from .chance import between, chance
from .library import SITES, Library
from .servers import Server

DAY = 86_400.0
_LIFE, _EARLY, _EARLY_WHEN, _MIRROR, _MIRROR_WHEN, _MIRROR_LONG, _GAP, _LONG = range(10, 18)
TIMEOUT = "timeout"


@dataclass(frozen=True)
class Windows:
    """Spans of time in which something is down, in order."""

    starts: tuple[float, ...]
    ends: tuple[float, ...]

    def holds(self, now: float) -> bool:
        """Return whether `now` is in one of them."""
        at = bisect_right(self.starts, now) - 1
        return at >= 0 and now < self.ends[at]

    def next_start(self, now: float) -> float:
        """Return when the next one begins after `now`."""
        at = bisect_right(self.starts, now)
        return self.starts[at] if at < len(self.starts) else float("inf")


@dataclass(frozen=True)
class World:
    """What is true. No policy may look in here: they see what `answer` and `is_up` tell them."""

    seed: int
    library: Library
    days: float
    _gone: dict[tuple[int, str], tuple[tuple[float, float], ...]] = field(default_factory=dict)

    @cached_property
    def _hosts(self) -> dict[str, Windows]:
        climate = self.library.climate
        return {
            server.key: self._outages(100 + number, climate.outage_every_days)
            for number, server in enumerate(climate.servers)
        }

    @cached_property
    def sites(self) -> tuple[Windows, ...]:
        """Return when each host of source pages is down."""
        every = self.library.climate.source_outage_every_days
        return tuple(self._outages(200 + site, every) for site in range(SITES))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {server.key: number for number, server in enumerate(self.library.climate.servers)}

    def dies_at(self, episode: int, server: Server, issued: float, generation: int) -> float:
        """Return when a link that was issued at `issued` dies, if its host and its file stay."""
        keys = (self.seed, episode, self._numbers[server.key], generation)
        life = server.shortest
        if server.longest > server.shortest:
            life = between(server.shortest, server.longest, _LIFE, *keys)
        if chance(_EARLY, *keys) < self.library.climate.early_deaths:
            life *= chance(_EARLY_WHEN, *keys)
        return issued + life

    def is_gone(self, episode: int, server: Server, now: float) -> bool:
        """Return whether a server has no such file at the moment, whatever link leads there."""
        key = episode, server.key
        spans = self._gone.get(key)
        if spans is None:
            spans = self._gone[key] = self._taken_down(episode, server)
        return bool(spans) and any(start <= now < end for start, end in spans)

    def _taken_down(self, episode: int, server: Server) -> tuple[tuple[float, float], ...]:
        """Return when a file is not there: in each month once, or not at all."""
        keys = (self.seed, episode, self._numbers[server.key])
        found = []
        for month in range(max(1, round(self.days / 30))):
            if chance(_MIRROR, month, *keys) < self.library.climate.mirrors_failing:
                start = between(month * 30 * DAY, (month + 1) * 30 * DAY, _MIRROR_WHEN, month, *keys)
                found.append((start, start + between(DAY, 4 * DAY, _MIRROR_LONG, month, *keys)))
        return tuple(found)

    def is_down(self, server: Server, now: float) -> bool:
        """Return whether a host of files answers nobody."""
        return self._hosts[server.key].holds(now)

    def site_is_down(self, episode: int, now: float) -> bool:
        """Return whether the host of an episode's source page answers nobody."""
        return self.sites[self.library.site(episode)].holds(now)

    def answer(self, episode: int, server: Server, dies_at: float, now: float) -> Evidence:
        """Return what a look at a link shows, judged as the prober of health does."""
        if self.is_down(server, now):
            return Evidence(TIMEOUT)
        if now >= dies_at or self.is_gone(episode, server, now):
            return gone(server.gone_status)
        return served(server.latency_ms)

    def sure_until(self, episode: int, server: Server, dies_at: float, now: float) -> float:
        """Return until when the answer to a link that serves its file at `now` stays the same."""
        self.is_gone(episode, server, now)
        spans = self._gone[episode, server.key]
        sure = min(dies_at, self._hosts[server.key].next_start(now))
        for start, _ in spans:
            if now < start < sure:
                sure = start
        return sure

    def _outages(self, number: int, every_days: float) -> Windows:
        low, high = self.library.climate.outage_minutes
        starts, ends, at, count = [], [], 0.0, 0
        while at < self.days * DAY:
            at += between(0.0, 2.0, _GAP, self.seed, number, count) * every_days * DAY
            starts.append(at)
            at += 60 * between(low, high, _LONG, self.seed, number, count)
            ends.append(at)
            count += 1
        return Windows(tuple(starts), tuple(ends))


@cache
def served(latency_ms: int) -> Evidence:
    """Return the evidence of an answer with the film."""
    return Evidence(None, 206, latency_ms)


@cache
def gone(status: int) -> Evidence:
    """Return the evidence of an answer with this status, as the shared rules of what a film is read it."""
    reason = sniff(Probe("", "", status, "text/plain")).reason
    return Evidence(reason, status)
