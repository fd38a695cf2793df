"""Titles, episodes and lists of them, and the jobs and plays of these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from wellspring_common.events.scrape import Lane

from ..domain.episodes import NewEpisode
from ..domain.listing import Choices, Listed
from ..domain.listing import Wanted as ListWanted
from ..domain.plays import Outcome, Play
from ..domain.state import EpisodeState, Job
from ..domain.titles import EpisodeHead


@dataclass(frozen=True)
class Added:
    """What adding an episode led to. `existed` means that nothing was changed."""

    episode_id: int
    title_id: int
    slug: str
    existed: bool


@dataclass(frozen=True)
class Reply:
    """An answer to keep beside what it answers: under which key, for which request."""

    key: str
    request_hash: bytes
    body: Callable[[Added], Mapping[str, Any]]


@dataclass(frozen=True)
class Requested:
    """The job that answers a wish: a new one, or the one that runs already."""

    job_id: UUID
    deduplicated: bool


@dataclass(frozen=True)
class Counted:
    """A beacon that was new: the server it is about, and what it added to the counts, if anything."""

    server: str
    outcome: Outcome | None
    surface: str


class Catalog(Protocol):
    """Titles, episodes and sources."""

    async def add_episode(self, episode: NewEpisode, *, now: datetime, reply: Reply | None) -> Added:
        """Store an episode with its sources and the reply, making its title where it is new."""
        ...

    async def title(self, slug: str, *, season: str = "", start: str = "") -> dict[str, Any] | None:
        """Return a title with its episodes: of a long one a part, which season and number choose."""
        ...

    async def find_episode(self, show: str, number: Decimal) -> EpisodeHead | None:
        """Return an episode by the seeds' names for it: the show's title or slug, and its number."""
        ...

    async def has_title(self, name: str) -> bool:
        """Return whether a title has this name or slug."""
        ...

    async def episode(self, episode_id: int) -> EpisodeHead | None:
        """Return an episode by its id."""
        ...

    async def neighbours(self, head: EpisodeHead) -> tuple[int | None, int | None]:
        """Return the ids of the episodes before and after."""
        ...

    async def shows(self) -> list[str]:
        """Return the names of the newest titles, for completion."""
        ...

    async def state(self, episode_id: int) -> EpisodeState | None:
        """Return everything stored that a player needs of one episode."""
        ...


class Listing(Protocol):
    """Lists of titles: searched, filtered, sorted, page by page."""

    async def titles(self, wanted: ListWanted) -> Listed:
        """Return a page of titles. Raises `Permanent` for a cursor that is none of this list."""
        ...

    async def genres(self) -> list[str]:
        """Return every genre there is."""
        ...

    async def choices(self) -> Choices:
        """Return what lists can be narrowed down to."""
        ...

    async def purge(self) -> None:
        """Forget the words of titles that are gone."""
        ...


class Jobs(Protocol):
    """Scrape jobs."""

    async def request(
        self,
        episode_id: int,
        *,
        reason: str,
        requested_by: str,
        now: datetime,
        lane: Lane = Lane.INTERACTIVE,
    ) -> Requested | None:
        """Queue a scrape, or return the live job: a person's wish promotes one that waits in the background.

        Nothing, when the episode has no source.
        """
        ...

    async def cancel(self, job_id: UUID, *, by: str, now: datetime) -> str | None:
        """Ask for the end of a job, where it has none, and return its state until now. Nothing for no job."""
        ...

    async def job(self, job_id: UUID) -> Job | None:
        """Return a job."""
        ...

    async def recent(self, limit: int) -> list[tuple[Job, EpisodeHead | None]]:
        """Return the newest jobs with their episodes."""
        ...

    async def of_catalogue(self, catalogue_id: int, limit: int) -> list[Job]:
        """Return the newest crawls of a catalogue."""
        ...


class Plays(Protocol):
    """What players report."""

    async def record(self, play: Play, *, now: datetime) -> Counted | None:
        """Count a play and tell of it, once. Nothing for a repeated beacon, or one about no link of ours."""
        ...
