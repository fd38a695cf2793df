"""What an edit locks, a program's as that of a person, so that no crawl and no match undoes it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .editing import EPISODE_FIELDS, FIELDS, locked_after


def with_locks(
    changes: Mapping[str, Any], held: Mapping[str, Any], *, fields: Iterable[str] = FIELDS
) -> dict[str, Any]:
    """Return changes with what is locked after them: what they change of `fields`, unless they say it."""
    if "locked_fields" in changes:
        return dict(changes)
    ours, before = frozenset(fields), held["locked_fields"]
    changed = [name for name, value in changes.items() if name in ours and value != held[name]]
    return {**changes, "locked_fields": locked_after(before, before, changed, fields=ours)}


def episode_locks(
    held: Sequence[str], changed: Iterable[str], *, is_ticked: bool, is_match: bool
) -> list[str]:
    """Return what is locked of an episode after an edit: its one tick stands for its name and its day.

    A match unlocks nothing, and locks what it changed only where that was ticked.
    """
    if is_match and not is_ticked:
        return sorted(held)
    wanted = (held or EPISODE_FIELDS) if is_ticked else ()
    return locked_after(held, wanted, changed, fields=EPISODE_FIELDS)
