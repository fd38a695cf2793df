"""Which link an episode is fetched from next."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from wellspring_common.events.containers import Container
from wellspring_common.offering import is_offered

FILES = frozenset({Container.MP4, Container.WEBM, Container.MKV, Container.OTHER})
"""Containers that are one file."""
_KINDS = frozenset({"download", "stream"})
_STATES = {"alive": 0, "unknown": 1, "suspect": 2}
_FREE = "safe"

LinkKey = tuple[int, int]
"""A link and its generation: another URL is another link."""


@dataclass(frozen=True)
class Candidate:
    """One stored link with what is known of it."""

    link_id: int
    generation: int
    server: str
    kind: str
    container: str
    quality: int | None
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    size_bytes: int | None = None
    """What the file's page or an earlier look said of its size: not always to the byte."""
    refresh_class: str = "safe"
    expires_at: datetime | None = None
    expiry_basis: str = "default"
    scraped_at: datetime | None = None
    state: str = "unknown"
    ok_at: datetime | None = None
    host_down: bool = False
    reliability: float | None = None

    @property
    def key(self) -> LinkKey:
        """Return what names this URL among all that were seen."""
        return self.link_id, self.generation

    @property
    def is_stream(self) -> bool:
        """Return whether the film comes in segments."""
        return self.container == Container.HLS

    @property
    def may_be_asked_twice(self) -> bool:
        """Return whether a second request for it is answered."""
        return self.refresh_class != "single_use"


@dataclass(frozen=True)
class Wanted:
    """What is looked for. `quality` is in lines, or nothing for the best there is.

    `begun` is the link that bytes are there from, `begun_quality` its quality: what began is gone on with.
    """

    quality: int | None
    preferred: Sequence[str]
    begun: LinkKey | None = None
    begun_quality: int | None = None


def usable(
    links: Sequence[Candidate], *, now: datetime, trust: timedelta, refused: AbstractSet[LinkKey]
) -> list[Candidate]:
    """Return the links that may be fetched: no frames, no dead ones, none that was refused."""
    return [
        link
        for link in links
        if link.kind in _KINDS
        and (link.container in FILES or link.is_stream)
        and link.key not in refused
        and is_offered(link, now=now, trust=trust)
    ]


def in_order(links: Sequence[Candidate], wanted: Wanted) -> list[Candidate]:
    """Return links as they are tried.

    What has begun comes first, then the quality, then health. One file comes before segments, what may be
    asked again and from anywhere before what may not, and of two servers the preferred or more reliable one.
    """
    place = {server: position for position, server in enumerate(wanted.preferred)}

    def key(link: Candidate) -> tuple[object, ...]:
        return (
            wanted.begun is not None and link.key != wanted.begun,
            wanted.begun is not None and link.quality != wanted.begun_quality,
            _distance(wanted.quality, link.quality),
            _STATES.get(link.state, 1),
            link.is_stream,
            link.refresh_class != _FREE,
            place.get(link.server, len(place)),
            -round(link.reliability or 0.0, 1),
            link.server,
            link.link_id,
        )

    return sorted(links, key=key)


def _distance(wanted: int | None, quality: int | None) -> tuple[int, int]:
    """Return how far a quality is from what is wanted: rather too few lines than too many bytes."""
    if wanted is None:
        return (1, 0) if quality is None else (0, -quality)
    if quality is None:
        return 1, 0
    if quality == wanted:
        return 0, 0
    return (2, wanted - quality) if quality < wanted else (3, quality - wanted)
