"""What the gateway's crawling side needs from the outside."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from wellspring_common.bus.port import Delivery
from wellspring_common.events.crawl import CatalogCrawled, CrawlFinished

from .domain.catalogues import Catalogue, CatalogueForm, CrawlWish
from .ports.answers import Keep
from .ports.library import Requested


@dataclass(frozen=True)
class CrawlTally:
    """What an event of a crawl changed."""

    titles_added: int = 0
    titles_changed: int = 0
    titles_unchanged: int = 0
    episodes_added: int = 0
    sources_added: int = 0
    sources_moved: int = 0
    refused: int = 0

    def __add__(self, other: "CrawlTally") -> "CrawlTally":
        return CrawlTally(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))


class Crawled(Protocol):
    """Where what crawls find is kept."""

    async def store(
        self, consumer: str, delivery: Delivery, event: CatalogCrawled, *, now: datetime
    ) -> CrawlTally | None:
        """Store what is new or changed and return the count, or nothing for an event that was handled."""
        ...


class Catalogues(Protocol):
    """The catalogues that are read."""

    async def all(self) -> list[Catalogue]:
        """Return every catalogue, the default first."""
        ...

    async def one(self, catalogue_id: int) -> Catalogue | None:
        """Return a catalogue."""
        ...

    async def default(self) -> Catalogue | None:
        """Return the default catalogue, or the only one."""
        ...

    async def save(
        self, form: CatalogueForm, *, catalogue_id: int | None, now: datetime, keep: Keep | None = None
    ) -> int | None:
        """Store a new or changed catalogue and return its id, or nothing for one that is gone.

        Raises `Permanent` with `name_taken`.
        """
        ...

    async def remove(self, catalogue_id: int) -> bool:
        """Forget a catalogue: its titles stay. Return whether it was there."""
        ...

    async def request(
        self,
        catalogue_id: int,
        wish: CrawlWish,
        *,
        requested_by: str,
        now: datetime,
        key: str | None = None,
        download: bool = False,
    ) -> Requested | None:
        """Queue a crawl, or return the live one of the same target. Nothing, where there is no catalogue.

        With `download` the files of the titles that it reads are asked for as soon as they are known.

        A `key` that was used before returns its crawl, whatever has become of it. Raises `Permanent` with
        `idempotency_conflict` where that was another wish.
        """
        ...

    async def request_due(self, *, now: datetime) -> list[UUID]:
        """Queue the crawls that are due and return their jobs."""
        ...

    async def finished(
        self, consumer: str, delivery: Delivery, event: CrawlFinished, *, now: datetime
    ) -> None:
        """Keep the result of a crawl with its catalogue, and follow a catalogue that moved."""
        ...

    async def key_of(self, title_id: int) -> tuple[int, str] | None:
        """Return a catalogue that knows a title of ours, and its key there."""
        ...

    async def result(self, job_id: UUID) -> dict[str, int] | None:
        """Return what a crawl changed in the library so far."""
        ...

    async def purge(self, *, now: datetime) -> int:
        """Delete results and decisions past their time and return how many."""
        ...


class Merges(Protocol):
    """Titles that may be one."""

    async def open(self, *, before: int | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """Return undecided pairs, each with both titles, the newest first: those below an id."""
        ...

    async def waiting(self) -> int:
        """Return how many pairs are undecided."""
        ...

    async def merge(self, candidate_id: int, *, into: int, now: datetime) -> int | None:
        """Make one title of two and return how many episodes moved. Nothing for a pair that is decided."""
        ...

    async def keep_apart(self, candidate_id: int, *, by: int) -> bool:
        """Remember that the two are different, and return whether the pair was open."""
        ...


class Definitions(Protocol):
    """Site definitions that operators stored."""

    async def all(self) -> list[dict[str, Any]]:
        """Return every stored definition."""
        ...

    async def one(self, definition_id: str) -> dict[str, Any] | None:
        """Return a stored definition."""
        ...

    async def drift(self) -> dict[str, int]:
        """Return how many jobs of the last week met pages that a definition could not read."""
        ...

    async def save(self, definition_id: str, yaml: str, *, by: int, now: datetime) -> int:
        """Store and announce a definition and return the revision. Raises `Permanent` with `too_large`."""
        ...

    async def withdraw(self, definition_id: str, *, by: int, now: datetime) -> bool:
        """Take a definition out of use and announce it. Return whether it was in use."""
        ...


class Questions(Protocol):
    """Questions to the scraper, answered at once."""

    async def check(self, text: str) -> dict[str, Any]:
        """Return whether a definition is right: `ok`, `mistakes`, `id`, `detail`. Raises `DependencyDown`."""
        ...

    async def attempt(self, *, definition: str, text: str | None, url: str) -> dict[str, Any]:
        """Return what reading a URL with a definition does, with its `steps`. Raises `DependencyDown`."""
        ...

    async def shipped(self) -> list[dict[str, Any]]:
        """Return the definitions that the scraper has. Raises `DependencyDown`."""
        ...


@dataclass(frozen=True)
class Poster:
    """A stored picture."""

    content_type: str
    body: bytes


@dataclass(frozen=True)
class WantedPoster:
    """A picture that is to be fetched, with what is known of the one that is held."""

    title_id: int
    url: str
    failures: int
    etag: str | None = None
    last_modified: str | None = None


class Posters(Protocol):
    """Pictures of titles."""

    async def get(self, title_id: int, digest: str) -> Poster | None:
        """Return a picture by its title and the start of its digest."""
        ...

    async def claim_due(self, *, now: datetime, limit: int) -> list[WantedPoster]:
        """Return pictures to fetch, kept from other replicas for a while."""
        ...

    async def keep(
        self, wanted: WantedPoster, poster: Poster | None, headers: Mapping[str, str], *, now: datetime
    ) -> bool:
        """Store what was fetched, or that the held one is unchanged. Return whether the picture is new."""
        ...

    async def postpone(self, wanted: WantedPoster, wait: timedelta, *, now: datetime) -> None:
        """Ask for a picture later, because its host is to be left alone for a while."""
        ...

    async def failed(self, wanted: WantedPoster, reason: str, *, now: datetime) -> None:
        """Remember that a picture could not be had, and try later, each time a little later."""
        ...

    async def purge(self, *, now: datetime) -> int:
        """Delete pictures of titles that show none, or have long been in the trash, and return how many."""
        ...


@dataclass(frozen=True)
class Fetched:
    """A picture as it came, or nothing for one that is unchanged, with the answer's headers."""

    poster: Poster | None
    headers: Mapping[str, str]


class Pictures(Protocol):
    """Pictures from the outside."""

    async def fetch(self, wanted: WantedPoster) -> Fetched:
        """Return the picture, or that it is unchanged. Raises `WellspringError`."""
        ...


@dataclass(frozen=True)
class Crawling:
    """What the doors of crawling need, together."""

    catalogues: Catalogues
    merges: Merges
    definitions: Definitions
    questions: Questions
    posters: Posters
