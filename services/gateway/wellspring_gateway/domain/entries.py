"""Titles and episodes as they leave for other players, feeds and trees of files."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import quote

from .addresses import extension_of, permanent
from .titles import number_text

LONGEST_SAID = 80


@dataclass(frozen=True)
class Show:
    """A title: a series or a film."""

    id: int
    kind: str
    title: str
    slug: str
    original_title: str | None = None
    year: int | None = None
    imdb_id: str | None = None
    tmdb_id: str | None = None
    anilist_id: str | None = None
    synopsis: str | None = None
    genres: tuple[str, ...] = ()
    score: Decimal | None = None
    studio: str | None = None
    status: str | None = None
    duration: str | None = None
    release_date: date | None = None
    language: str | None = None
    poster: str | None = None
    """The digest in its picture's address."""
    has_twin: bool = False
    """Whether an older title of this kind and year bears the same name."""

    @property
    def is_movie(self) -> bool:
        """Return whether this is a film."""
        return self.kind == "movie"


@dataclass(frozen=True)
class Entry:
    """An episode of a title."""

    show: Show
    id: int
    season: int
    number: Decimal
    created_at: datetime
    name: str | None = None
    aired_at: datetime | None = None
    container: str = "mp4"
    """How its best link is packed, as far as anybody knows."""

    @property
    def code(self) -> str:
        """Return the short name that media centres read: S01E02, S00E12.5."""
        whole, dot, rest = number_text(self.number).partition(".")
        return f"S{self.season:02d}E{int(whole):02d}{dot}{rest}"

    @property
    def label(self) -> str:
        """Return what people call it: the show with the short name, a film by its title alone."""
        return self.show.title if self.show.is_movie else f"{self.show.title} {self.code}"

    @property
    def full_label(self) -> str:
        """Return the label with the episode's own name behind it, where it has one."""
        return f"{self.label} {self.name}" if self.name and self.name != self.show.title else self.label


@dataclass(frozen=True)
class Scope:
    """Which part of the library leaves. Whatever is empty filters nothing."""

    kind: str = ""
    genre: str = ""
    slug: str = ""


@dataclass(frozen=True)
class Origin:
    """Where whoever asks sees us, and the token of the device that it is."""

    base: str
    token: str | None = None

    @property
    def root(self) -> str:
        """Return what all addresses for this client begin with."""
        return f"{self.base}/u/{quote(self.token, safe='')}" if self.token else self.base

    def video(self, entry: Entry, *, quality: int | None = None, container: str | None = None) -> str:
        """Return the permanent address of an episode."""
        return permanent(
            self.base,
            episode_id=entry.id,
            quality=quality,
            name=f"{entry.show.title[:LONGEST_SAID]} {'' if entry.show.is_movie else entry.code}",
            extension=extension_of(container or entry.container),
            token=self.token,
        )

    def poster(self, show: Show) -> str | None:
        """Return the address of a title's picture, where it has one."""
        return f"{self.root}/posters/{show.id}/{show.poster}" if show.poster else None

    def page(self, entry: Entry) -> str:
        """Return the page of an episode. It holds no token: who opens it may have to sign in."""
        return f"{self.base}/watch/{entry.id}"
