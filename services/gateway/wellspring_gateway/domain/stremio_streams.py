"""Streams as Stremio lists them, and for how long it may keep the list."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from .addresses import extension_of, file_name
from .entries import Entry, Origin
from .offers import Link
from .state import Master

LONGEST_KEPT_S = 300
LONGEST_AWAY_S = 3600
GIB, MIB = 1024**3, 1024**2
_STATES = {"alive": "checked and alive", "unknown": "not checked yet", "suspect": "may be gone"}
_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")


def streams(
    entry: Entry, links: Sequence[Link], masters: Sequence[Master], origin: Origin
) -> list[dict[str, Any]]:
    """Return what Stremio may play, best first. `links` are those that are offered, best first.

    There is one for each quality and container: of several servers the permanent address finds the best one
    at the moment when somebody plays. Without a link there is one for each quality that a scrape may find.
    """
    groups: dict[tuple[int | None, str], list[Link]] = {}
    for link in links:
        if link.kind != "embed":
            groups.setdefault((link.quality, extension_of(link.container)), []).append(link)
    if groups:
        return [_stream(entry, group, origin) for group in groups.values()]
    heights = sorted({master.quality or 0 for master in masters}, reverse=True)
    return [_wish(entry, height or None, origin) for height in heights]


def cache_hints(links: Sequence[Link], *, now: datetime) -> str:
    """Return a `Cache-Control` that ends, with all that it allows, before the first of the links does."""
    ends = [link.expires_at for link in links if link.expires_at is not None]
    left = int(min((end - now).total_seconds() for end in ends)) if ends else LONGEST_AWAY_S
    if not links or left <= 1:
        return "no-cache"
    fresh = min(LONGEST_KEPT_S, left // 2)
    more, away = min(60, left - fresh), min(LONGEST_AWAY_S, left - fresh)
    return f"public, max-age={fresh}, stale-while-revalidate={more}, stale-if-error={away}"


def _stream(entry: Entry, group: Sequence[Link], origin: Origin) -> dict[str, Any]:
    best, servers = group[0], {link.server for link in group}
    url = origin.video(entry, quality=best.quality, container=best.container)
    others = f" (and {len(servers) - 1} more)" if len(servers) > 1 else ""
    facts = [f"{best.server}{others}", _size(best.size_bytes), best.language, best.container]
    hints: dict[str, Any] = {
        "notWebReady": not (url.startswith("https://") and best.container == "mp4"),
        "bingeGroup": _group(best.server, best.quality, best.language),
        "filename": _file(entry, best.quality, extension_of(best.container)),
    }
    if best.size_bytes and len(group) == 1:
        hints["videoSize"] = best.size_bytes
    return {
        "url": url,
        "name": f"Wellspring\n{_height(best.quality)}",
        "description": "\n".join(
            (
                entry.full_label,
                " · ".join(fact for fact in facts if fact),
                _STATES.get(best.state, best.state),
            )
        ),
        "behaviorHints": hints,
    }


def _wish(entry: Entry, quality: int | None, origin: Origin) -> dict[str, Any]:
    return {
        "url": origin.video(entry, quality=quality),
        "name": f"Wellspring\n{_height(quality)}",
        "description": f"{entry.full_label}\nno link yet: playing has one found, which takes a moment",
        "behaviorHints": {
            "notWebReady": True,
            "bingeGroup": _group("any", quality, None),
            "filename": _file(entry, quality, extension_of(entry.container)),
        },
    }


def _height(quality: int | None) -> str:
    return f"{quality}p" if quality else "auto"


def _group(server: str, quality: int | None, language: str | None) -> str:
    parts = (server, _height(quality), language or "und")
    return "-".join(("wellspring", *(_UNSAFE.sub("_", part) for part in parts)))


def _file(entry: Entry, quality: int | None, extension: str) -> str:
    return f"{file_name(entry.label)} {_height(quality)}.{extension}"


def _size(size: int | None) -> str | None:
    if not size:
        return None
    return f"{size / GIB:.1f} GB" if size >= GIB else f"{size / MIB:.0f} MB"
