"""What the API of the library needs from the outside: titles, episodes, pages, jobs, how far people came."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from .domain.documents.episodes import Episode, NewEpisode, NewSource, Source
from .domain.documents.links import NewProgress, PlayedDay, Progress
from .domain.documents.people import SavedTitle
from .domain.documents.titles import NewTitle, Title
from .domain.etags import IfMatch
from .domain.home import GoesOn, Mark
from .domain.home import NewEpisode as NewlyCome
from .domain.state import Job
from .domain.titles import EpisodeHead
from .ports.answers import Keep


class Titles(Protocol):
    """Titles to look at and to edit. What lies in the trash is not there."""

    async def one(self, title_id: int) -> Title | None:
        """Return a title."""
        ...

    async def add(self, new: NewTitle, *, now: datetime, keep: Keep | None) -> Title:
        """Store a title. Raises `Permanent` with `title_exists`."""
        ...

    async def edit(
        self, title_id: int, changes: Mapping[str, Any], *, based_on: IfMatch, now: datetime
    ) -> Title | None:
        """Change a title, nothing for no title. Raises `Permanent`: `precondition_failed`, `title_exists`."""
        ...


class Episodes(Protocol):
    """Episodes and their pages."""

    async def page(self, title_id: int, *, after: tuple[int, Any] | None, limit: int) -> list[Episode] | None:
        """Return episodes behind a season and number, in order. Nothing for no title."""
        ...

    async def one(self, episode_id: int) -> Episode | None:
        """Return an episode."""
        ...

    async def add(
        self,
        title_id: int,
        new: NewEpisode,
        sources: Sequence[NewSource],
        *,
        now: datetime,
        keep: Keep | None,
    ) -> Episode | None:
        """Store an episode with its pages, nothing for no title. Raises `Permanent`: `episode_exists`."""
        ...

    async def edit(
        self, episode_id: int, changes: Mapping[str, Any], *, based_on: IfMatch, now: datetime
    ) -> Episode | None:
        """Change an episode, nothing for no episode. Raises as `Titles.edit`, with `episode_exists`."""
        ...

    async def remove(self, episode_id: int, *, by: str, now: datetime) -> bool:
        """Delete an episode with all that hangs on it, and return whether it was there."""
        ...

    async def plays(self, episode_id: int) -> list[PlayedDay] | None:
        """Return counted plays, the newest day first. Nothing for no episode."""
        ...


class Sources(Protocol):
    """Permanent pages of episodes."""

    async def of_episode(self, episode_id: int) -> list[Source] | None:
        """Return the pages of an episode. Nothing for no episode."""
        ...

    async def one(self, source_id: int) -> Source | None:
        """Return a page."""
        ...

    async def add(
        self, episode_id: int, new: NewSource, *, now: datetime, keep: Keep | None
    ) -> Source | None:
        """Store a page, nothing for no episode. Raises `Permanent` with `source_exists`."""
        ...

    async def edit(
        self, source_id: int, changes: Mapping[str, Any], *, based_on: IfMatch, now: datetime
    ) -> Source | None:
        """Change a page, nothing for no page. Raises as `Titles.edit`, with `source_exists`."""
        ...

    async def remove(self, source_id: int, *, now: datetime) -> bool:
        """Delete a page with the links that were found on it, and return whether it was there."""
        ...


@dataclass(frozen=True)
class JobFilter:
    """Which jobs. `None` filters nothing."""

    state: str | None = None
    kind: str | None = None
    episode_id: int | None = None
    title_id: int | None = None
    catalogue_id: int | None = None


class JobList(Protocol):
    """Jobs, page by page."""

    async def page(self, wanted: JobFilter, *, after: tuple[datetime, UUID] | None, limit: int) -> list[Job]:
        """Return jobs older than a place in the list, the newest first."""
        ...

    async def heads(self, jobs: Iterable[Job]) -> dict[int, EpisodeHead]:
        """Return the episodes that jobs are about, by their ids."""
        ...

    async def to_refresh(self, title_id: int) -> list[int] | None:
        """Return the ids of a title's episodes. Nothing for no title."""
        ...


class Watched(Protocol):
    """How far people came."""

    async def one(self, user_id: int, episode_id: int) -> Progress | None:
        """Return how far somebody came with an episode."""
        ...

    async def page(self, user_id: int, *, after: tuple[datetime, int] | None, limit: int) -> list[Progress]:
        """Return what somebody watched before a moment, the newest first."""
        ...

    async def put(
        self, user_id: int, episode_id: int, told: NewProgress, *, now: datetime
    ) -> Progress | None:
        """Keep how far somebody came, unless something newer is kept. Nothing for no episode."""
        ...

    async def forget(self, user_id: int, episode_id: int) -> bool:
        """Forget it and return whether there was anything."""
        ...

    async def forget_all(self, user_id: int) -> int:
        """Forget all that somebody watched and return how many episodes."""
        ...

    async def purge(self, *, now: datetime) -> int:
        """Delete what is past its time and return how many rows."""
        ...


class Home(Protocol):
    """What greets somebody at home."""

    async def going_on(self, user_id: int, limit: int) -> list[GoesOn]:
        """Return where somebody goes on, the title that they watched last first."""
        ...

    async def new_episodes(self, limit: int) -> list[NewlyCome]:
        """Return the last episode of each series that got some lately, the newest first."""
        ...

    async def of_title(
        self, user_id: int, title_id: int, episodes: Sequence[int]
    ) -> tuple[GoesOn | None, dict[int, Mark]]:
        """Return where somebody goes on with a title, and how far they came with some of its episodes."""
        ...


class Saved(Protocol):
    """What people put on their lists."""

    async def has(self, user_id: int, title_id: int) -> bool:
        """Return whether a title is on somebody's list."""
        ...

    async def one(self, user_id: int, title_id: int) -> SavedTitle | None:
        """Return a title of somebody's list."""
        ...

    async def page(self, user_id: int, *, after: tuple[datetime, int] | None, limit: int) -> list[SavedTitle]:
        """Return what somebody put on their list before a moment, the newest first."""
        ...

    async def put(self, user_id: int, title_id: int, *, now: datetime) -> SavedTitle | None:
        """Put a title on a list, where it stays where it was. Nothing for no title."""
        ...

    async def remove(self, user_id: int, title_id: int) -> bool:
        """Take a title off a list and return whether it was on it."""
        ...


@dataclass(frozen=True)
class Holdings:
    """All of them together, as the door holds them."""

    titles: Titles
    episodes: Episodes
    sources: Sources
    jobs: JobList
    watched: Watched
    home: Home
    saved: Saved
