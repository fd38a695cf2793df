"""How much of an episode somebody watched: one rule for cards, the history and the title's page."""

from typing import Protocol

WHOLE = 100


class Came(Protocol):
    """How far somebody came."""

    @property
    def position_s(self) -> float:
        """Return where they stopped."""

    @property
    def duration_s(self) -> float | None:
        """Return how long it is, or nothing where nobody knows."""

    @property
    def finished(self) -> bool:
        """Return whether they watched it to its end."""


def percent(came: Came) -> int | None:
    """Return how much was watched, rounded down, or nothing where the length is not known.

    Only what was finished is wholly watched.
    """
    if came.finished:
        return WHOLE
    if not came.duration_s:
        return None
    return max(0, min(WHOLE - 1, int(WHOLE * came.position_s / came.duration_s)))
