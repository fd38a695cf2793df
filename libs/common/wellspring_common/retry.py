"""What a handler's failure leads to: one table, decided without waiting (events reference, section D)."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from .errors import DependencyDown, Permanent, Throttled, Transient

TRANSIENT_BUDGET = 8
BUG_BUDGET = 3
FIRST_DELAY_S = 2.0
SHORTEST_DELAY_S = 0.5
"""A redelivery at once only repeats the failure."""
LONGEST_DELAY_S = 600.0
LONGEST_THROTTLE_S = 24 * 3600.0
DEPENDENCY_DELAY_S = 5.0


class Action(StrEnum):
    """What the bus does with the message."""

    RETRY = "retry"
    DEAD_LETTER = "dead_letter"


@dataclass(frozen=True)
class Outcome:
    """The decision about one failed attempt. `counts` says whether it uses up the budget."""

    action: Action
    code: str
    delay_s: float = 0.0
    counts: bool = True
    away: bool = False
    """What the work depends on is away, so that other work would fare no better."""


def backoff(attempt: int, *, spread: Callable[[], float] = random.random) -> float:
    """Return the wait in seconds after the attempt of that number: exponential, with full jitter."""
    ceiling = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(max(attempt - 1, 0), 16))
    return max(SHORTEST_DELAY_S, ceiling * spread())


def classify(error: BaseException, attempt: int, *, spread: Callable[[], float] = random.random) -> Outcome:
    """Return what to do after the attempt of that number (1 is the first) ended in `error`."""
    match error:
        case Throttled():
            wait_s = max(SHORTEST_DELAY_S, min(error.retry_after, LONGEST_THROTTLE_S))
            return Outcome(Action.RETRY, error.code, wait_s, counts=False)
        case DependencyDown():
            return Outcome(Action.RETRY, error.code, DEPENDENCY_DELAY_S, counts=False, away=True)
        case Transient() if attempt < TRANSIENT_BUDGET:
            return Outcome(Action.RETRY, error.code, backoff(attempt, spread=spread))
        case Transient() | Permanent():
            return Outcome(Action.DEAD_LETTER, error.code)
        case _ if attempt < BUG_BUDGET:
            return Outcome(Action.RETRY, "bug", backoff(attempt, spread=spread))
        case _:
            return Outcome(Action.DEAD_LETTER, "bug")
