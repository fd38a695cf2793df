"""Which title of the library a crawled one is: what is in doubt becomes a title of its own and is listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_DOUBTS = 5


class Standing(StrEnum):
    """How far a catalogue's page may change the title that it describes."""

    MADE = "made"
    """The title came from this page: what the page says, the title is."""
    ADOPTED = "adopted"
    """The title was there before: the page fills what is empty, and keeps what runs on up to date."""
    SECOND = "second"
    """Another page came first: this one only fills what is empty."""


@dataclass(frozen=True)
class Known:
    """A title of the library that may be the one."""

    id: int
    kind: str
    year: int | None
    trashed: bool = False
    has_refs: bool = False
    """Whether any catalogue names it."""
    in_definition: bool = False
    """Whether this definition names it already, by another key."""


@dataclass(frozen=True)
class Doubt:
    """Another title that may be the same."""

    id: int
    reason: str


@dataclass(frozen=True)
class Decision:
    """The title to use, or nothing for a new one, and which others may be the same."""

    title: Known | None
    doubts: tuple[Doubt, ...] = ()
    ids_are_ours: bool = True
    """Whether the external ids of the page may be written: never where another title has one of them."""


def decide(
    *, by_ref: Known | None, by_ids: Sequence[Known], by_name: Sequence[Known], kind: str, year: int | None
) -> Decision:
    """Return which title is meant: by the catalogue's own key, then by external id, then by name and year.

    A name decides only where one title bears it in that year and of that kind, and this definition does not
    name that title by another key: a catalogue that lists two pages of one name means two titles. A title in
    the trash is meant where none outside it is: what a person threw away does not come back as a twin.
    """
    if by_ref is not None:
        others = [one for one in by_ids if one.id != by_ref.id]
        return Decision(by_ref, _doubts(others, "same_id"), ids_are_ours=not others)
    if len(by_ids) == 1:
        return Decision(by_ids[0])
    if by_ids:
        return Decision(None, _doubts(by_ids, "same_id"), ids_are_ours=False)
    fitting = [one for one in by_name if _fits(one, kind=kind, year=year)]
    live = [one for one in fitting if not one.trashed]
    if len(live) == 1:
        return Decision(live[0])
    if fitting and not live:
        return Decision(fitting[0])
    return Decision(None, _doubts(by_name, "same_name"))


def standing_of(decision: Decision) -> Standing:
    """Return the standing of a page that this decision introduces."""
    if decision.title is None:
        return Standing.MADE
    return Standing.SECOND if decision.title.has_refs else Standing.ADOPTED


def _fits(one: Known, *, kind: str, year: int | None) -> bool:
    if one.in_definition or one.kind != kind:
        return False
    # what a person added without a year says nothing against any year
    return one.year == year or (one.year is None and not one.has_refs)


def _doubts(titles: Sequence[Known], reason: str) -> tuple[Doubt, ...]:
    return tuple(Doubt(one.id, reason) for one in titles if not one.trashed)[:MOST_DOUBTS]
