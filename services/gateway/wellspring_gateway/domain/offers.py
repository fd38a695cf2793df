"""In which order links are offered, and how they are listed (design, section 4: what is offered)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from .records import UNMEASURED, ServerRecord, latency_step, reliability_step

PLAYABLE = frozenset({"mp4", "webm", "hls"})
_RANK = {"alive": 0, "unknown": 1, "suspect": 2, "dead": 3}


class Link(NamedTuple):
    """One stored link with what is known of its health.

    A tuple, because an episode that is read anew makes a dozen: frozen dataclasses take four times as long.
    """

    id: int
    generation: int
    source_id: int
    quality: int | None
    server: str
    label: str
    kind: str
    container: str
    url: str
    needs_headers: bool
    size_bytes: int | None
    language: str | None
    expires_at: datetime | None
    expiry_basis: str
    state: str
    checked_at: datetime | None
    ok_at: datetime | None
    latency_ms: int | None
    expiry_evidence: str | None = None
    reason: str | None = None
    since: datetime | None = None
    """When what speaks against the link was first seen."""
    host_down: bool = False
    """Whether health holds back from its host, because most of what it asked there failed."""
    refresh_class: str = "safe"
    scraped_at: datetime | None = None


def is_playable(link: Link) -> bool:
    """Return whether a browser can play a link by itself: no special headers, a container it knows."""
    return link.container in PLAYABLE and link.kind != "embed" and not link.needs_headers


def in_order(
    links: Sequence[Link],
    *,
    offered: frozenset[int],
    preferred: Sequence[str],
    records: Mapping[str, ServerRecord] = MappingProxyType({}),
    seen_since: datetime | None = None,
    playable: Callable[[Link], bool] = is_playable,
) -> list[Link]:
    """Return links as they are listed: offered first, suspects behind, then quality, health and server.

    Of two servers the one comes first that the operator prefers, else the more reliable, else the quicker, by
    `records`. What a page can play comes before what it can't. A link that a probe found since `seen_since`
    comes before one that none has found so lately.
    """
    place = {server: position for position, server in enumerate(preferred)}
    standing = {
        server: (place.get(server, len(place)), reliability_step(records.get(server, UNMEASURED)))
        for server in {link.server for link in links}
    }

    def key(link: Link) -> tuple[Any, ...]:
        return (
            link.id not in offered,
            link.state == "suspect",
            not playable(link),
            -(link.quality or 0),
            _RANK.get(link.state, 1),
            seen_since is not None and (link.ok_at is None or link.ok_at < seen_since),
            standing[link.server],
            latency_step(_latency(link, records.get(link.server))),
            link.server,
        )

    return sorted(links, key=key)


def _latency(link: Link, record: ServerRecord | None) -> float | None:
    if record is not None and record.latency_ms is not None:
        return record.latency_ms
    return link.latency_ms


def server_info(*, offered: int, minimum: int) -> dict[str, Any]:
    """Return the seeds' `server_info`, with a message in the cases that need one."""
    if offered == 0:
        message: str | None = "No cached servers found. Please use Force Scrape."
    elif offered < minimum:
        message = f"Only {offered} of {minimum} servers found. You can use Force Scrape."
    else:
        message = None
    return {
        "server_count": offered,
        "minimum": minimum,
        "needs_force_scrape": offered < minimum,
        "message": message,
    }


def by_quality(links: Sequence[Link]) -> Mapping[str, Mapping[str, str]]:
    """Return the seeds' mapping of quality to server to URL, best link first where a server has several."""
    found: dict[str, dict[str, str]] = {}
    for link in links:
        name = str(link.quality) if link.quality is not None else "auto"
        found.setdefault(name, {}).setdefault(link.server, link.url)
    return found
