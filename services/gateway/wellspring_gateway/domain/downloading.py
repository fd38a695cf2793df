"""Downloads as their page shows them."""

from collections.abc import Mapping

STATES = ("queued", "running", "paused", "succeeded", "failed", "cancelled")
LIVE = frozenset({"queued", "running"})
_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "queued": ("pause", "cancel"),
    "running": ("pause", "cancel"),
    "paused": ("resume", "cancel"),
    "failed": ("retry",),
    "cancelled": ("retry",),
}


def percent(state: str, done: int, total: int | None) -> int | None:
    """Return how much of a file is here, of 100, or nothing while nobody knows how large it is."""
    if state == "succeeded":
        return 100
    return min(99, done * 100 // total) if total else None


def actions(state: str, *, waits: bool) -> tuple[str, ...]:
    """Return what may be done with a download. One that waits for its next try may have it now."""
    again = ("retry",) if state == "queued" and waits else ()
    return again + _ACTIONS.get(state, ())
