"""What a policy holds of an episode, and how the gateway's real code offers it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from wellspring_common.events.scrape import ExpiryBasis, RefreshClass
from wellspring_common.offering import HARD_BASES, is_offered
from wellspring_common.tunables import Tunables
from wellspring_gateway.domain.offers import Link, in_order
from wellspring_health.domain.verdict import Health, State
from wellspring_refresher.domain.outlook import LinkOutlook

from .servers import Server
from .times import date_of, seconds_of

Trust = tuple[float, float, float]
"""Seconds for which a look at a link is trusted: usually, past its guessed end, and at least before that."""
NO_TRUST = (0.0, 0.0, 0.0)
TTL = timedelta(hours=Tunables().link_ttl_hours)
UNSEEN = Health(State.UNKNOWN, 0, None, None, date_of(0))


@dataclass(slots=True)
class Held:
    """One stored link: what the system knows of it, and the truth that it does not know."""

    episode: int
    place: int
    server: Server
    generation: int
    issued: float
    dies_at: float
    """The truth: only the world and the viewer's player ask for it."""
    expires_at: datetime
    basis: ExpiryBasis
    known: Health = UNSEEN
    asked_at: datetime | None = None
    latency_ms: int | None = None
    ends: float = 0.0
    """When it expires as far as the system knows, in seconds."""
    is_hard: bool = False
    """Whether the expiry is known and not guessed."""
    seen_s: float = -1.0
    """When it was last seen well as before, if that was after `known` was written down.

    What that means is only worked out once somebody asks.
    """
    next_s: float = -1.0
    trusted_of: timedelta | None = None
    trust: Trust = NO_TRUST
    """How long a look at it is trusted, where its interval is `trusted_of`."""
    turn: int = 0
    """Counts up when its next probe is planned anew: older plans are void."""
    ended: bool = False
    """Whether its death was seen and counted."""
    sure_until: float = 0.0
    """The truth again: until then it surely serves its file."""
    retired: bool = False
    """Whether a newer link has taken its place."""
    told: LinkOutlook | None = None
    """What the refresher was last told of it."""
    host_down: bool = False
    """Whether health held back from its host when it was last asked whether the link is offered."""

    @property
    def link_id(self) -> int:
        """Return the number of the row in which the link is stored."""
        return self.episode * 8 + self.place

    def __post_init__(self) -> None:
        self.ends = seconds_of(self.expires_at)
        self.is_hard = self.basis in HARD_BASES

    @property
    def health(self) -> Health:
        """Return what is believed of it."""
        if self.seen_s >= 0:
            self.asked_at = date_of(self.seen_s)
            self.known = Health(State.ALIVE, 0, None, self.asked_at, date_of(self.next_s))
            self.seen_s = -1.0
        return self.known

    @health.setter
    def health(self, health: Health) -> None:
        self.known, self.seen_s = health, -1.0

    @property
    def checked_at(self) -> datetime | None:
        """Return when somebody last looked at it."""
        return self.asked_at if self.seen_s < 0 else date_of(self.seen_s)

    @property
    def state(self) -> State:
        """Return the verdict: more good looks at a live link do not change it."""
        return self.known.state

    @property
    def ok_at(self) -> datetime | None:
        """Return when a look last found the file."""
        return self.known.last_ok_at if self.seen_s < 0 else date_of(self.seen_s)

    @property
    def expiry_basis(self) -> ExpiryBasis:
        """Return what its expiry rests on."""
        return self.basis

    @property
    def refresh_class(self) -> RefreshClass:
        """Return what a new scrape, or a use, does to it."""
        return self.server.refresh_class

    @property
    def scraped_at(self) -> datetime:
        """Return when a scrape found it."""
        return date_of(self.issued)

    def as_link(self, *, host_down: bool) -> Link:
        """Return the link as the gateway knows it."""
        return Link(
            id=self.place,
            generation=self.generation,
            source_id=self.episode,
            quality=None,
            server=self.server.key,
            label=self.server.key,
            kind="stream",
            container="mp4",
            url="",
            needs_headers=False,
            size_bytes=None,
            language=None,
            expires_at=self.expires_at,
            expiry_basis=self.basis,
            state=self.state,
            checked_at=self.checked_at,
            ok_at=self.ok_at,
            latency_ms=self.latency_ms,
            host_down=host_down,
            refresh_class=self.refresh_class,
            scraped_at=self.scraped_at,
        )


def _nobody(_: str) -> bool:
    return False


@dataclass(frozen=True)
class Counter:
    """Where links are offered: by the gateway's code, with the settings as they are shipped."""

    tunables: Tunables
    is_down: Callable[[str], bool] = _nobody
    """Whether health holds back from a server's host. Who does not probe knows of none."""

    def offered(self, held: Iterable[Held], *, now: float) -> list[Held]:
        """Return what a viewer is offered at `now`, best first."""
        on_offer = self._on_offer(held, now)
        if len(on_offer) < 2:  # noqa: PLR2004  (one needs no order)
            return on_offer
        by_id = {one.place: one for one in on_offer}
        links = [one.as_link(host_down=False) for one in on_offer]
        seen_since = date_of(now) - self._trust
        preferred = self.tunables.preferred_servers
        ordered = in_order(links, offered=frozenset(by_id), preferred=preferred, seen_since=seen_since)
        return [by_id[link.id] for link in ordered]

    def count(self, held: Iterable[Held], *, now: float) -> int:
        """Return how many links a viewer is offered at `now`."""
        return len(self._on_offer(held, now))

    def _on_offer(self, held: Iterable[Held], now: float) -> list[Held]:
        date, trust, found = date_of(now), self._trust, []
        for one in held:
            one.host_down = self.is_down(one.server.key)
            if is_offered(one, now=date, trust=trust):
                found.append(one)
        return found

    @cached_property
    def _trust(self) -> timedelta:
        return timedelta(minutes=2 * self.tunables.probe_interval_minutes)

    def listed(self, held: Sequence[Held]) -> list[Held]:
        """Return every link in the same order, whatever is known of it."""
        by_id = {one.place: one for one in held}
        links = [one.as_link(host_down=False) for one in held]
        ids = frozenset(by_id)
        return [
            by_id[link.id] for link in in_order(links, offered=ids, preferred=self.tunables.preferred_servers)
        ]
