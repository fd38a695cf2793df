"""What the gateway needs from the outside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from wellspring_common.dead_letters import Address, Wanted
from wellspring_common.events.scrape import Lane
from wellspring_common.tunables import TunablesCopy

from .domain.access import Session, User
from .domain.episodes import NewEpisode
from .domain.language import Translator
from .domain.listing import Choices, Listed
from .domain.listing import Wanted as ListWanted
from .domain.plays import Outcome, Play
from .domain.state import EpisodeState, Job
from .domain.titles import EpisodeHead


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
class Keep:
    """An answer to keep beside what it answers. `body` makes it of the document that was stored."""

    key: str
    request_hash: bytes
    status: int
    body: Callable[[Any], Mapping[str, Any]]


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


class Access(Protocol):
    """Users and their sessions."""

    async def any_user(self) -> bool:
        """Return whether there is a user at all."""
        ...

    async def add_first_admin(self, username: str, password_hash: str) -> User | None:
        """Make the first user, an admin. Nothing, when somebody was faster."""
        ...

    async def user_by_name(self, username: str) -> tuple[User, str | None] | None:
        """Return a user and the hash of their password, if they have one."""
        ...

    async def rehash(self, user: User, password_hash: str) -> None:
        """Replace the hash of a password by a stronger one."""
        ...

    async def open_session(self, user: User, *, now: datetime, life: timedelta) -> tuple[str, Session]:
        """Open a session and return its secret with it."""
        ...

    async def session(self, secret: str, *, now: datetime) -> Session | None:
        """Return the session behind a cookie's secret."""
        ...

    async def close_session(self, secret: str) -> None:
        """End a session."""
        ...

    async def failures(self, username: str, client: str, *, since: datetime) -> tuple[int, int]:
        """Return how often signing in failed, by user and by client."""
        ...

    async def record_failure(self, username: str, client: str) -> None:
        """Remember a failed sign-in."""
        ...

    async def purge(self, *, now: datetime) -> int:
        """Delete what is past its time and return how many rows."""
        ...


class Passwords(Protocol):
    """Hashing of passwords, off the event loop."""

    async def hash(self, password: str) -> str:
        """Return the hash of a password."""
        ...

    async def verify(self, stored: str | None, password: str) -> tuple[bool, str | None]:
        """Return whether a password is right, and a new hash where the stored one is outdated.

        Takes as long for a user who does not exist.
        """
        ...


class RuntimeSettings(Protocol):
    """The truth about run-time settings."""

    async def load(self) -> TunablesCopy:
        """Return the stored settings with their revision."""
        ...

    async def change(self, values: Mapping[str, Any], *, by: int, now: datetime) -> TunablesCopy:
        """Store changed settings and announce them."""
        ...


class Letters(Protocol):
    """Dead letters of every service."""

    @property
    def open(self) -> int:
        """Return how many letters were open when somebody looked last."""
        ...

    async def find(
        self, wanted: Wanted, *, limit: int, cursor: str | None
    ) -> tuple[int, list[dict[str, Any]], str | None]:
        """Return how many letters are meant, a page of them without their contents, and the next cursor."""
        ...

    async def read(self, address: Address) -> dict[str, Any] | None:
        """Return a whole letter."""
        ...

    async def replay(self, address: Address, *, by: str) -> None:
        """Have a letter brought to its consumer again. Raises `Permanent` where that cannot be."""
        ...

    async def drop(self, address: Address, *, by: str, why: str) -> None:
        """Give a letter up for good. Raises `Permanent` where that cannot be."""
        ...


class Replies(Protocol):
    """Answers kept for requests that may be repeated."""

    async def kept(self, key: str, request_hash: bytes) -> tuple[int, dict[str, Any]] | None:
        """Return the answer given before. Raises `Permanent` when the key was used for another request."""
        ...

    async def keep(self, key: str, request_hash: bytes, status: int, body: Mapping[str, Any]) -> None:
        """Keep an answer, unless one is kept under this key already."""
        ...


class Renderer(Protocol):
    """Pages from templates."""

    def translator(self, language: str) -> Translator:
        """Return the words of a language."""
        ...

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        """Return a page as HTML."""
        ...
