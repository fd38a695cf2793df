"""The links of an episode as the API gives them."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from .base import Given, Taken
from .jobs import JobBrief
from .texts import Id, Moment

LinkState = Literal["alive", "unknown", "suspect", "dead"]


class Health(Given):
    """What probes saw of a link. `reason` is the code of what speaks against it."""

    state: LinkState
    reason: str | None = Field(examples=["http_404"])
    since: datetime | None
    checked_at: datetime | None
    ok_at: datetime | None
    latency_ms: int | None = Field(
        description="How long its server took to answer, where it was asked.", examples=[180]
    )


class Expiry(Given):
    """When a link runs out, and how that is known."""

    at: datetime | None
    basis: Literal["parameter", "issued_at", "learned", "default"]
    evidence: str | None = Field(examples=["e=1795000000"])


class Link(Given):
    """A link that was found. `generation` grows whenever it gets another URL."""

    id: int
    generation: int
    quality: int | None = Field(examples=[1080])
    server: str = Field(examples=["pixeldrain"])
    label: str
    kind: Literal["stream", "download", "embed"]
    container: str = Field(examples=["mp4"])
    url: str = Field(examples=["https://files.example/a.mp4"])
    size_bytes: int | None
    language: str | None
    state: LinkState
    offered: bool = Field(description="Whether it is offered to players now.")
    playable: bool = Field(description="Whether a page of whoever asks can play it.")
    via: Literal["direct", "relay"] | None = Field(description="How it gets there: by itself, or through us.")
    play_url: str | None = Field(description="Where a page plays it. Nothing for what it cannot play.")
    expires_at: datetime | None
    expiry_basis: str
    checked_at: datetime | None
    scraped_at: datetime | None = Field(description="When this URL was made.")
    expiry: Expiry
    health: Health


class Links(Given):
    """The links of an episode, best first. `stale` says that they are what was last known."""

    episode_id: Id
    links: list[Link]
    stale: bool


class Master(Given):
    """A permanent page with its quality."""

    quality: int | None
    url: str


class ServerInfo(Given):
    """How many servers there are, and how many there should be."""

    server_count: int
    minimum: int
    needs_force_scrape: bool
    message: str | None


class LiveState(Given):
    """Everything a player needs of an episode."""

    episode_id: Id
    server_info: ServerInfo
    masters: list[Master]
    links: list[Link]
    job: JobBrief | None
    cooldown_until: datetime | None
    can_scrape: bool
    stale: bool


class PlayedDay(Given):
    """How plays of a day began."""

    day: date
    started: int
    first_try: int
    after_fallback: int
    failed: int


class EpisodePlays(Given):
    """Counted plays of an episode, the newest day first. Nothing says who watched."""

    days: list[PlayedDay]


class NewProgress(Taken):
    """How far somebody came."""

    position_s: float = Field(ge=0, le=604_800, examples=[1834.5])
    duration_s: float | None = Field(None, ge=0, le=604_800, examples=[3600])
    finished: bool = False
    watched_at: Moment | None = Field(None, description="When, for a player that was offline. Else now.")


class Progress(Given):
    """How far the one who asks came with an episode."""

    episode_id: Id
    title_id: Id
    title: str = Field(examples=["The Glory"])
    slug: str = Field(examples=["the-glory"])
    kind: Literal["series", "movie"]
    poster_url: str | None
    season: int
    number: float
    position_s: float
    duration_s: float | None
    finished: bool
    watched_at: datetime


class ProgressList(Given):
    """One page of what the one who asks watched, the newest first."""

    progress: list[Progress]
    next: str | None = Field(description="The cursor of the next page, null on the last one.")


class Definition(Given):
    """A site definition. `stored` ones are the operators' own, the others came with the scraper."""

    id: str = Field(examples=["vcloud"])
    origin: str = Field(examples=["stored"])
    enabled: bool
    revision: int | None = None
    yaml: str | None = None
    updated_by: str | None = None
    updated_at: datetime | None = None
    drift_jobs: int = Field(0, description="Jobs of the last week that found the site changed.")


class Definitions(Given):
    """All site definitions. `complete` says whether the scraper answered for its own."""

    definitions: list[Definition]
    complete: bool
