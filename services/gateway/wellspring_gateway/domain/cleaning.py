"""Which titles have nothing left to play: never on doubt, and never at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PROOFS = 3
"""So many scrapes must have found the page gone for good, each a day after the one before."""
BETWEEN_PROOFS = timedelta(hours=24)
NEW_FOR = timedelta(days=1)
"""Somebody is about to give a new title its sources."""
RESTORED_FOR = timedelta(days=30)
"""What a person took out of the trash stays out of it for so long."""


class Reason(StrEnum):
    """Why a title may go."""

    NO_SOURCE = "no_source"
    SOURCES_GONE = "sources_gone"


class Verdict(StrEnum):
    """What a run does with a title."""

    KEEP = "keep"
    MARK = "mark"
    WAIT = "wait"
    UNMARK = "unmark"
    TRASH = "trash"


@dataclass(frozen=True)
class SourcePage:
    """What scrapes found out about the page of one source: how often it was gone for good, and when."""

    source_id: int
    changed_at: datetime
    """When its address was changed last: what was seen before says nothing about the new one."""
    times: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True)
class Candidate:
    """A title, with everything that speaks for and against it."""

    title_id: int
    added_at: datetime
    """When the title, or its newest episode, was added."""
    pages: tuple[SourcePage, ...] = ()
    playable_links: int = 0
    """Links that a probe saw alive and nothing has contradicted."""
    restored_at: datetime | None = None
    marked_at: datetime | None = None
    marked_for: Reason | None = None


@dataclass(frozen=True)
class Rules:
    """How long a mark must stand."""

    grace: timedelta


@dataclass(frozen=True)
class Decided:
    """What becomes of one title, and why."""

    candidate: Candidate
    verdict: Verdict
    reason: Reason | None


def is_gone(page: SourcePage) -> bool:
    """Return whether enough scrapes proved that a page is gone since its address was changed last."""
    if page.first_at is None or page.last_at is None or page.last_at < page.changed_at:
        return False
    proofs = page.times
    if page.changed_at > page.first_at:
        # as many as can have been seen at the old address do not count
        proofs -= (page.changed_at - page.first_at) // BETWEEN_PROOFS + 1
    return proofs >= PROOFS and page.last_at - page.first_at >= (PROOFS - 1) * BETWEEN_PROOFS


def reason_against(one: Candidate, *, now: datetime) -> Reason | None:
    """Return why a title may go, or nothing where there is any doubt."""
    if one.restored_at is not None and now - one.restored_at < RESTORED_FOR:
        return None
    if one.playable_links > 0:
        return None
    if not one.pages:
        return Reason.NO_SOURCE if now - one.added_at >= NEW_FOR else None
    return Reason.SOURCES_GONE if all(is_gone(page) for page in one.pages) else None


def decide(one: Candidate, rules: Rules, *, now: datetime) -> Decided:
    """Return what becomes of a title. Marking and moving to the trash are never one step."""
    reason = reason_against(one, now=now)
    if reason is None:
        return Decided(one, Verdict.UNMARK if one.marked_at is not None else Verdict.KEEP, None)
    if one.marked_at is None or one.marked_for is not reason:
        return Decided(one, Verdict.MARK, reason)
    is_over = now > one.marked_at and now - one.marked_at >= rules.grace
    return Decided(one, Verdict.TRASH if is_over else Verdict.WAIT, reason)


def plan(candidates: Iterable[Candidate], rules: Rules, *, now: datetime) -> list[Decided]:
    """Return what becomes of each title."""
    return [decide(one, rules, now=now) for one in candidates]


def counted(decided: Sequence[Decided]) -> dict[str, int]:
    """Return how many titles have each fate that changes or threatens something."""
    shown = [verdict for verdict in Verdict if verdict is not Verdict.KEEP]
    return {verdict.value: sum(one.verdict is verdict for one in decided) for verdict in shown}
