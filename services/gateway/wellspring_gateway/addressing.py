"""What permanent addresses and relays need from the outside, and remember."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from wellspring_common.events.playback import PlaybackFault

from .domain.failures import Failures, Looked, OpenPlays
from .domain.offers import Link
from .domain.plays import RateLimit
from .relays import Relays

SCRAPES_PER_CLIENT = 20
SCRAPE_WINDOW = timedelta(hours=1)
OPENINGS_PER_CLIENT = 120
"""In a minute: each may look at several links of others."""


@dataclass(frozen=True)
class Playlist:
    """A playlist as it was found. `url` is where the redirects ended."""

    url: str
    text: str


class Opened(Protocol):
    """An answer whose body is still to come. Header names are lower case."""

    status: int
    headers: Mapping[str, str]

    def chunks(self) -> AsyncIterator[bytes]:
        """Give the body piece by piece, as fast as they are taken. Raises `Transient`."""
        ...


class Media(Protocol):
    """Files of others, each dial vetted."""

    async def fault(self, link: Link, headers: Mapping[str, str]) -> PlaybackFault | None:
        """Return what is wrong with a link, from one bounded look, or nothing for one that plays.

        Raises `Throttled` where its host may not be asked now.
        """
        ...

    async def playlist(self, url: str, headers: Mapping[str, str]) -> Playlist:
        """Return a playlist. Raises `Transient` and `Permanent`, with `garbage` for what is none."""
        ...

    async def manifest(self, url: str) -> str:
        """Return a DASH manifest that can be served elsewhere. Raises as for a playlist."""
        ...

    def open(
        self, url: str, *, method: str, headers: Mapping[str, str]
    ) -> AbstractAsyncContextManager[Opened]:
        """Hold the answer to one request open. Raises `Transient` and `Permanent`."""
        ...


class LinkHeaders(Protocol):
    """What is stored beside links and never shown."""

    async def of(self, link_id: int, generation: int) -> dict[str, str] | None:
        """Return the headers that a link's server wants, or nothing for a generation that is gone."""
        ...

    async def secret(self) -> bytes:
        """Return what the addresses of playlists' parts are sealed with: the same in every gateway."""
        ...


@dataclass(frozen=True)
class Addressing:
    """The ports and the memory of permanent addresses."""

    media: Media
    links: LinkHeaders
    relays: Relays = field(default_factory=Relays)
    failures: Failures = field(default_factory=Failures)
    plays: OpenPlays = field(default_factory=OpenPlays)
    looked: Looked = field(default_factory=Looked)
    openings: RateLimit = field(default_factory=lambda: RateLimit(most=OPENINGS_PER_CLIENT))
    scrapes: RateLimit = field(
        default_factory=lambda: RateLimit(most=SCRAPES_PER_CLIENT, window=SCRAPE_WINDOW)
    )
