"""What happens in a history: drawn from a seed, and smaller step by step where it fails."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.support.platform import Crash
from wellspring_common.errors import Throttled, Transient
from wellspring_uploader.domain.refusals import (
    AccountSuspected,
    CredentialsRefused,
    FileRefused,
    OutcomeUnknown,
    QuotaReached,
    SessionLost,
)

ERRORS: Mapping[str, Callable[[], BaseException]] = {
    "crash": Crash,
    "drop": lambda: Transient("the connection was dropped"),
    "throttled": lambda: Throttled("slower", retry_after=30),
    "lost": lambda: SessionLost("this place takes no more"),
    "unknown": lambda: OutcomeUnknown("no answer"),
    "quota": lambda: QuotaReached("the day is full", raw="{}"),
    "other": lambda: CredentialsRefused("another account", code="other_channel"),
    "auth": lambda: CredentialsRefused("invalid_client"),
    "spam": lambda: AccountSuspected("spam"),
    "refused": lambda: FileRefused("this is no film", code="unreadable"),
}
NO_TRY = frozenset({"throttled", "quota", "auth", "other", "spam"})
"""They say nothing against a film."""
_BEFORE = ("drop", "throttled", "quota", "auth", "spam", "refused", "crash")
# What an adapter may say of a call that was carried out: it never calls a doubt a failure.
WRONG: Mapping[str, tuple[tuple[str, bool], ...]] = {
    # It is not known yet whose film it is about: only what says nothing against a film.
    "test": tuple((each, False) for each in ("throttled", "auth", "spam", "crash", "other")),
    "begin": (*((each, False) for each in (*_BEFORE, "lost")), ("crash", True), ("drop", True)),
    "send": (*((each, False) for each in ("drop", "lost", "crash", "drop")), ("crash", True)),
    "create": (
        *((each, False) for each in (*_BEFORE, "lost", "unknown")),
        *((each, True) for each in ("unknown", "unknown", "crash")),
    ),
    "find": (("drop", False), ("throttled", False), ("crash", False), ("crash", True)),
    "publish": (
        *((each, False) for each in ("drop", "throttled", "quota", "auth", "spam", "crash", "unknown")),
        *((each, True) for each in ("drop", "unknown", "crash")),
    ),
    "look": (("drop", False), ("auth", False), ("crash", False), ("crash", True)),
    "discard": (("drop", False), ("drop", True), ("crash", False), ("crash", True)),
    "playlist": (("drop", False), ("crash", True)),
    "enlist": (("drop", True), ("crash", True)),
}
BY_SENDING = (("unknown", False), ("unknown", True))


@dataclass(frozen=True, order=True)
class Mishap:
    """The nth call of a kind goes wrong: before it is carried out, or after."""

    call: str
    nth: int
    what: str
    is_done: bool
    at: float = 0.5


@dataclass(frozen=True, order=True)
class Death:
    """The worker dies around its nth write: just before the database has it, or just after."""

    write: int
    is_done: bool


@dataclass(frozen=True)
class History:
    """One history. Run twice, it is the same."""

    episodes: tuple[int, ...]
    """How many each series has."""
    seed: int = 0
    makes_by_sending: bool = False
    lag_s: int = 0
    encodes_s: int = 0
    videos_per_day: int | None = None
    verdicts: tuple[tuple[int, str], ...] = ()
    mishaps: tuple[Mishap, ...] = ()
    deaths: tuple[Death, ...] = ()

    def smaller(self) -> Iterator["History"]:
        """Yield histories in which one thing less happens."""
        for name in ("mishaps", "deaths", "verdicts"):
            held: tuple[object, ...] = getattr(self, name)
            for left_out in range(len(held)):
                fewer: dict[str, Any] = {name: (*held[:left_out], *held[left_out + 1 :])}
                yield replace(self, **fewer)
        calmer: dict[str, Any] = {"lag_s": 0, "encodes_s": 0, "videos_per_day": None}
        for name, none in calmer.items():
            if getattr(self, name):
                yield replace(self, **{name: none})
        if len(self.episodes) > 1:
            yield replace(self, episodes=self.episodes[:-1])


def draw(seed: int) -> History:
    """Return the history of a seed."""
    chance = random.Random(seed)
    episodes = tuple(chance.randint(1, 3) for _ in range(chance.randint(1, 3)))
    makes_by_sending = chance.random() < 0.4
    wrong = dict(WRONG)
    if makes_by_sending:
        del wrong["create"]
        wrong["send"] = (*wrong["send"], *BY_SENDING, ("quota", False))
    return History(
        seed=seed,
        makes_by_sending=makes_by_sending,
        episodes=episodes,
        lag_s=chance.choice((0, 0, 30, 90, 300, 1200)),
        encodes_s=chance.choice((0, 0, 60, 1800)),
        videos_per_day=chance.choice((None, None, 1, 2, 4)),
        verdicts=tuple(
            (number, chance.choice(("rejected", "broken"))) for number in range(9) if chance.random() < 0.06
        ),
        mishaps=tuple(sorted({_mishap(chance, wrong, sum(episodes)) for _ in range(chance.randint(0, 9))})),
        deaths=tuple(
            sorted({Death(chance.randint(1, 50), chance.random() < 0.5) for _ in range(chance.randint(0, 4))})
        ),
    )


def _mishap(chance: random.Random, wrong: Mapping[str, tuple[tuple[str, bool], ...]], films: int) -> Mishap:
    call = chance.choice(sorted(wrong))
    what, is_done = chance.choice(wrong[call])
    return Mishap(call, chance.randint(0, 2 * films), what, is_done, chance.choice((0.0, 0.5, 0.99)))
