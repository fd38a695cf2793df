"""Which of a channel's videos is a film of ours."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

DURATION_SLACK_S = 1.0
CLOCK_SLACK = timedelta(seconds=60)
"""The platform's clock is not ours, and some tell whole seconds."""
_PLAIN = re.compile(r"[^0-9a-z]+")
_MARKER = re.compile(r"ws[0-9a-f]{10}")


def has_marker(tags: Iterable[str], marker: str) -> bool:
    """Return whether a video carries our marker, however the platform writes tags."""
    wanted = _plain(marker)
    return any(_plain(tag) == wanted for tag in tags)


def is_marked(tags: Iterable[str]) -> bool:
    """Return whether a video carries the marker of any upload: it is that one's film and no other's."""
    return any(_MARKER.fullmatch(_plain(tag)) for tag in tags)


def is_alike(
    *,
    title: str,
    wanted_title: str,
    duration_s: float | None,
    wanted_duration_s: float,
    created_at: datetime,
    since: datetime,
) -> bool:
    """Return whether a video without our marker is ours all the same: title, length and time fit.

    One whose length the platform does not know yet is alike by its title.
    """
    if created_at < since - CLOCK_SLACK or title.strip() != wanted_title.strip():
        return False
    return duration_s is None or abs(duration_s - wanted_duration_s) <= DURATION_SLACK_S


def is_past(created_at: datetime, since: datetime) -> bool:
    """Return whether what a list tells from here on is too old: lists have the newest first."""
    return created_at < since - timedelta(days=1)


def is_later(created_at: datetime, until: datetime | None) -> bool:
    """Return whether a video was made long after the moment that is searched around."""
    return until is not None and created_at > until + timedelta(days=1)


def _plain(text: str) -> str:
    return _PLAIN.sub("", text.lower())
