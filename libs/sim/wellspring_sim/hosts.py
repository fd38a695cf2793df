"""What health keeps of one host of files: its pace, its breaker, and who waits for its turn."""

from collections import deque

from wellspring_common.fetch.pace import HostPace, PaceRule
from wellspring_health.domain.breakers import MOST_SEEN, WINDOW, Breaker, Position
from wellspring_health.domain.evidence import Evidence

from .servers import QUALITIES, Server
from .shelf import Held
from .times import date_of, seconds_of

_SHIPPED = PaceRule()
_PACE = PaceRule(burst=_SHIPPED.burst // QUALITIES, rate_per_s=_SHIPPED.rate_per_s / QUALITIES)
"""A look stands for one at each quality's link."""
_GAP_S = 1.0 / _PACE.rate_per_s
_BURST_S = (_PACE.burst - 1) * _GAP_S
_WINDOW_S = WINDOW.total_seconds()


class Host:
    """One host. Good looks while all is well are only counted, and told to its breaker when it is asked."""

    __slots__ = (
        "_breaker",
        "_checked",
        "_good_s",
        "_is_behind",
        "_window_s",
        "doubted",
        "frozen",
        "good",
        "line",
        "pace",
    )

    def __init__(self, server: Server) -> None:
        self.pace = HostPace(_PACE)
        self.good = Evidence(None, 206, server.latency_ms)
        self.line: deque[tuple[Held, int]] = deque()
        """Links whose time has come, and that have to wait for the host's turn."""
        self.doubted: dict[int, Held] = {}
        self._breaker = Breaker()
        self.frozen = False
        """Whether its breaker stands open or half open."""
        self._checked = 0
        self._good_s = self._window_s = float("-inf")
        self._is_behind = False

    @property
    def breaker(self) -> Breaker:
        """Return the breaker with all that was seen."""
        if self._is_behind:
            held, begun = self._breaker, self._window_s
            same = held.window_from is not None and seconds_of(held.window_from) == begun
            self._breaker = Breaker(
                held.position,
                held.since,
                held.window_from if same else date_of(begun),
                self._checked,
                held.bad if same else 0,
                held.of_host if same else 0,
                held.not_before,
                held.rests,
                date_of(self._good_s),
            )
            self._is_behind = False
        return self._breaker

    @breaker.setter
    def breaker(self, breaker: Breaker) -> None:
        self._breaker = breaker
        self.frozen = breaker.position is not Position.CLOSED
        self._checked = breaker.checked
        self._window_s = float("-inf") if breaker.window_from is None else seconds_of(breaker.window_from)
        self._is_behind = False

    def saw_alive(self, now: float) -> None:
        """Count a good look as `breakers.noted` does while the breaker is closed."""
        if now - self._window_s >= _WINDOW_S or self._checked >= MOST_SEEN:
            self._window_s, self._checked = now, 0
        self._checked += 1
        self._good_s = now
        self._is_behind = True

    def take_turn(self, now: float) -> None:
        """Use one turn of its pace, which nothing slows in the model."""
        pace = self.pace
        pace.full_at = max(now, pace.full_at) + _GAP_S

    def pace_wait(self, now: float) -> float:
        """Return how long a look would have to wait for its pace."""
        return self.pace.wait(now) if self.is_pressed(now) else 0.0

    def is_pressed(self, now: float) -> bool:
        """Return whether its burst is used up."""
        return self.pace.full_at - _BURST_S > now
