"""When a platform is looked at again, and what its answer means."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from .own_films import has_marker
from .rules import Rules

LOOKS_TO_BE_SURE = 2


def next_look(published_at: datetime, *, now: datetime, rules: Rules) -> datetime:
    """Return when a published film is looked at again: the longer it takes, the more seldom."""
    pause = max(min((now - published_at) / 2, rules.look_most), rules.look_first)
    return now + pause


def is_certainly_missing(looks: int, first_look_at: datetime | None, *, now: datetime, rules: Rules) -> bool:
    """Return whether a film was looked for often and long enough: listings lag."""
    if first_look_at is None or looks < LOOKS_TO_BE_SURE:
        return False
    return now - first_look_at >= rules.confirm_over


def look_again(first_look_at: datetime, *, now: datetime, rules: Rules) -> datetime:
    """Return when an unconfirmed film is looked for again."""
    return max(first_look_at + rules.confirm_over, now + timedelta(seconds=1))


class Found(Protocol):
    """A video that a platform lists."""

    @property
    def video_id(self) -> str:
        """Its id."""
        ...

    @property
    def tags(self) -> tuple[str, ...]:
        """What it is tagged with."""
        ...

    @property
    def is_published(self) -> bool:
        """Whether others see it."""
        ...

    @property
    def created_at(self) -> datetime:
        """When it was made."""
        ...


F = TypeVar("F", bound=Found)


@dataclass(frozen=True)
class SortedOut(Generic[F]):
    """What there is of a film: the one to keep, and drafts that are one too many."""

    ours: F | None
    twins: tuple[F, ...] = ()


def sort_out(found: Iterable[F], *, marker: str, known: str | None = None) -> SortedOut[F]:
    """Choose among the videos that are one film: the known one, else a published one, else the oldest.

    A video that is published, or does not carry our marker, is never one too many: it is somebody's.
    """
    ranked = sorted(found, key=lambda each: (not each.is_published, each.created_at, each.video_id))
    if known is not None:
        ours = next((each for each in ranked if each.video_id == known), None)
        others = [each for each in ranked if each.video_id != known]
    else:
        ours, others = (ranked[0], ranked[1:]) if ranked else (None, [])
    is_twin = [each for each in others if not each.is_published and has_marker(each.tags, marker)]
    return SortedOut(ours, tuple(is_twin))
