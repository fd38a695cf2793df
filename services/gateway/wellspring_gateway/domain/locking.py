"""What a program's edit locks: as that of a person on the page, so that no crawl and no match undoes it."""

from collections.abc import Iterable, Mapping
from typing import Any

from .editing import FIELDS, locked_after


def with_locks(
    changes: Mapping[str, Any], held: Mapping[str, Any], *, fields: Iterable[str] = FIELDS
) -> dict[str, Any]:
    """Return changes with what is locked after them: what they change, unless they say it themselves."""
    if "locked_fields" in changes:
        return dict(changes)
    ours, before = frozenset(fields), held["locked_fields"]
    changed = [name for name, value in changes.items() if name in ours and value != held[name]]
    return {**changes, "locked_fields": locked_after(before, before, changed, fields=ours)}
