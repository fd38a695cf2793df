"""The trash and the clean-up as the API gives them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from .base import Given
from .texts import Id
from .titles import Kind

RUN = "0199f3a0-7c1e-7a55-8b1f-0a4a8d7f4e11"


class TrashedTitle(Given):
    """A title in the trash, with what restoring it would bring back."""

    id: Id = Field(examples=[7])
    slug: str = Field(examples=["the-glory"])
    title: str = Field(examples=["The Glory"])
    kind: Kind
    year: int | None = Field(examples=[2022])
    episodes: int
    links: int
    deleted_at: datetime
    deleted_by: str | None
    because: str | None = Field(description="A person's words, or the clean-up's code.")
    clean_run: str | None = Field(description="The run of the clean-up that moved it here.")
    purged_at: datetime = Field(description="When it is gone for good.")


class Trash(Given):
    """One page of the trash, the newest first."""

    total: int
    titles: list[TrashedTitle]
    next: str | None = Field(description="The cursor of the next page, null on the last one.")


class InTrash(Given):
    """Whether a title is in the trash now, and whether this request moved it."""

    id: Id = Field(examples=[7])
    in_trash: bool
    changed: bool


class LinkCounts(Given):
    """How many links are in each state."""

    alive: int
    unknown: int
    suspect: int
    dead: int


class CleanCandidates(Given):
    """How many titles have nothing left to play, by the reason."""

    no_source: int
    sources_gone: int


class LibraryCounts(Given):
    """What the library holds."""

    titles: int
    episodes: int
    sources: int
    marked: int
    links: LinkCounts
    candidates: CleanCandidates


class CleanCounts(Given):
    """How many titles met which fate."""

    mark: int
    wait: int
    trash: int
    unmark: int


class CleanEvidence(Given):
    """What was seen of a title that is or was marked."""

    sources: int
    gone_in_scrapes: int
    playable_links: int


class CleanMark(Given):
    """A title that goes to the trash when its mark is old enough."""

    title_id: Id
    title: str
    slug: str
    reason: Literal["no_source", "sources_gone"]
    marked_at: datetime
    statistics: CleanEvidence


class CleanedTitle(Given):
    """A title that a run decided about: at once with its `verdict`, later with why it is in the trash."""

    title_id: Id
    title: str
    slug: str
    because: str | None = None
    verdict: Literal["mark", "wait", "trash", "unmark"] | None = None
    reason: Literal["no_source", "sources_gone"] | None = None
    marked_at: datetime | None = None
    sources: int | None = None
    gone_in_scrapes: int | None = None
    playable_links: int | None = None


class CleanRun(Given):
    """A run of the clean-up: what it did, and the library before and after. A rehearsal has no `id`."""

    id: str | None = Field(examples=[RUN])
    dry_run: bool
    requested_by: str
    counts: CleanCounts
    before: LibraryCounts
    after: LibraryCounts
    titles: list[CleanedTitle]
    held_back: list[str] = Field(description="Hosts that fail, for a rehearsal: a real run would refuse.")
    started_at: datetime
    finished_at: datetime
    undone_by: str | None
    undone_at: datetime | None


class CleanUndone(CleanRun):
    """A run that was taken back, and which titles came back by it."""

    restored: list[Id]


class CleanRuns(Given):
    """The newest runs, the titles that are marked now, and how often and with what patience it runs."""

    runs: list[CleanRun]
    marks: list[CleanMark]
    interval_hours: float
    grace_hours: float
