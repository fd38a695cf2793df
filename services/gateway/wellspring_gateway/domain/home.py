"""What greets somebody at home: where they go on, and what came lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .listing import Wanted
from .progress import percent
from .shelf import query_of

SHOWN = 12
"""So many cards has each row."""


Row = Mapping[str, Any]


@dataclass(frozen=True)
class Mark:
    """How far somebody came with an episode."""

    position_s: float
    duration_s: float | None
    finished: bool

    @property
    def percent(self) -> int | None:
        """Return how much of it was watched, or nothing where its length is not known."""
        return percent(self)

    @property
    def minutes_left(self) -> int | None:
        """Return how much of it is left, rounded up, or nothing where its length is not known."""
        if self.finished or not self.duration_s:
            return None
        return max(1, -int(-(self.duration_s - self.position_s) // 60))


@dataclass(frozen=True)
class GoesOn:
    """The episode of a title that somebody watches next. `is_next` where the one before it was finished."""

    episode_id: int
    season: int
    number: Decimal
    is_next: bool
    mark: Mark | None
    title: dict[str, Any]
    """What a card shows of its title."""


@dataclass(frozen=True)
class NewEpisode:
    """The last episode of a title that got some."""

    episode_id: int
    season: int
    number: Decimal
    live_links: int
    title: dict[str, Any]


def is_home(wanted: Wanted) -> bool:
    """Return whether somebody is at home: nothing is chosen, and the list is at its beginning."""
    return not query_of(wanted) and wanted.cursor is None


def parted(rows: Sequence[Row], *, goes_on: bool) -> tuple[list[Row], list[Row]]:
    """Return the newest titles for a row, and the others for the grid: a library of one page is a grid."""
    return (list(rows[:SHOWN]), list(rows[SHOWN:])) if goes_on else ([], list(rows))
