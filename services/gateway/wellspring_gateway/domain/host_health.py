"""What health knows of hosts that fail, and of our own network, as operators see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

OPEN, HALF_OPEN = "open", "half_open"


@dataclass(frozen=True)
class HostTrouble:
    """A host whose breaker is not closed."""

    host: str
    position: str
    """`open`: it is left alone until `next_at`. `half_open`: a few looks are let through."""
    since: datetime | None
    next_at: datetime | None
    good: int
    """Of the looks let through, so many found their file."""
    reasons: Mapping[str, int]
    """What looks at its links said last, the most frequent first."""


@dataclass(frozen=True)
class OurNetwork:
    """Whether our own network is what fails: then there are no verdicts at all."""

    since: datetime | None
    canaries_down: bool
    failing: tuple[str, ...]
    """Hosts that failed in the way of networks, with nothing good since."""


@dataclass(frozen=True)
class HostHealth:
    """Both together."""

    network: OurNetwork
    hosts: tuple[HostTrouble, ...]


def position_at(position: str, not_before: datetime, now: datetime) -> tuple[str, datetime | None]:
    """Return how a stored breaker stands now, and when the next look comes where none may come yet."""
    if position == OPEN and not_before > now:
        return OPEN, not_before
    return HALF_OPEN, None


def most_frequent(reasons: Mapping[str, int], *, most: int) -> Mapping[str, int]:
    """Return the reasons that were met most often, in that order."""
    ordered = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(ordered[:most])
