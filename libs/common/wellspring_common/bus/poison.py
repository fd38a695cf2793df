"""What to do with an event that may have killed the process of its handler: decided without waiting."""

from enum import Enum, auto

POISON = "poison"
"""The code of events that were given up because they kill whoever handles them."""
MOST_UNENDED = 2
"""Runs noted without an end after which an event is not run again. With the first, unnoted run: three."""


class Verdict(Enum):
    """How an event may be run."""

    RUN = auto()
    """Beside others."""
    ALONE = auto()
    """With nothing else at work in the process: if that dies again, it was this event and took none along."""
    BURY = auto()
    """Not at all."""
    LEAVE = auto()
    """Not at all, as it is buried already."""


def judge(unended: int) -> Verdict:
    """Return how an event may be run of which so many runs were noted that never ended."""
    if unended >= MOST_UNENDED:
        return Verdict.BURY
    return Verdict.ALONE if unended else Verdict.RUN
