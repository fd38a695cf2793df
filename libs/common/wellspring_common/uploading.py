"""What the gateway asks the uploader by `ask.uploader.<question>`, and what it is answered.

The uploader alone writes its tables and knows the platforms' secrets, and a person who presses a button wants
to hear at once what came of it. A question that was answered is committed; one that was not may be asked
again: each says what is to be, not what is to change.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from .events.uploads import UploadState


class Asked(BaseModel):
    """A part of a question or an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Question(StrEnum):
    """The last word of a question's subject; its value names the model that is asked with."""

    SCHEDULE = "schedule"  # ScheduleSeries -> Scheduled
    REMOVE = "remove"  # ScheduleRef -> Removed
    CHANGE = "change"  # ChangeSchedule -> Done
    DECIDE = "decide"  # DecideUpload -> Done
    DRY_RUN = "dry_run"  # ScheduleSeries -> Preview (nothing is stored)
    SAVE_TARGET = "save_target"  # SaveTarget -> TargetSaved
    REMOVE_TARGET = "remove_target"  # TargetRef -> Done
    CHANGE_TARGET = "change_target"  # ChangeTarget -> Done
    TEST_TARGET = "test_target"  # TargetRef -> Tested
    DOWNLOAD = "download"  # RequestDownloads -> Downloading
    DECIDE_DOWNLOAD = "decide_download"  # DecideDownload -> Done
    BRING = "bring"  # BringFiles -> Brought
    PRESENCE = "presence"  # AskPresence -> Present (nothing is changed)


class AskPresence(Asked):
    """Whether somebody is there."""


class Present(Asked):
    """Whoever answers is there."""

    ok: Literal[True] = True


class Visibility(StrEnum):
    """Who may see a published film."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


class Choices(Asked):
    """What is chosen for a series, explicitly: nothing here is guessed. `is_for_kids` has a legal meaning.

    Templates know `{title}`, `{season}`, `{number}`, `{episode}` (the episode's own name), `{year}` and
    `{synopsis}`.
    """

    is_for_kids: bool
    visibility: Visibility
    category: Annotated[str, Field(min_length=1, max_length=64)]
    title_template: Annotated[str, Field(min_length=1, max_length=200)] = "{title} - Episode {number}"
    description_template: Annotated[str, Field(max_length=3000)] = "{synopsis}"
    language: Annotated[str, Field(max_length=16)] | None = None
    tags: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=64)], ...], Field(max_length=20)] = ()
    playlists: bool = True
    """One playlist per season, where the target has them."""


class ScheduleSeries(Asked):
    """Put a series on a schedule. `target_id` is the only target where there is but one."""

    title_id: int
    target_id: int | None = None
    choices: Choices | None = None
    """Nothing takes the target's own defaults, which its owner set explicitly."""
    download_first: bool = False
    requested_by: str


class Slot(Asked):
    """When one episode would go out, and what speaks against it."""

    episode_id: int
    season: int
    number: str
    video_title: str
    planned_at: datetime | None
    waits_for: str | None = None
    problems: tuple[str, ...] = ()


class WrongField(Asked):
    """A field that stands in the way: its path, why in one word, and the sentence that `detail` has of it."""

    field: str
    why: str
    detail: str


class Refusal(Asked):
    """Why something was not done, by a code and in words."""

    ok: Literal[False] = False
    code: str
    detail: str
    episodes: tuple[int, ...] = ()
    """The episodes that stand in the way, where it is some of them."""
    wrong: tuple[WrongField, ...] = ()
    """The fields that stand in the way, where it is some of them."""


class Scheduled(Asked):
    """The series is on the schedule. `repeated` means that it was there already."""

    ok: Literal[True] = True
    schedule_id: int
    title: str
    episodes: int
    starts_at: datetime
    repeated: bool = False


class Preview(Asked):
    """What a schedule would do."""

    ok: Literal[True] = True
    slots: tuple[Slot, ...]
    problems: tuple[str, ...] = ()


class ScheduleRef(Asked):
    """One schedule, by its id or by its title."""

    schedule_id: int | None = None
    title_id: int | None = None
    asked_by: str


class Removed(Asked):
    """How many uploads were taken off: only those that wait or failed."""

    ok: Literal[True] = True
    removed: int
    title: str


class ChangeSchedule(Asked):
    """Pause, resume or move a series. `before` is the schedule that it goes in front of; nothing: the end."""

    schedule_id: int
    action: Literal["pause", "resume", "move"]
    before: int | None = None
    asked_by: str


class DecideUpload(Asked):
    """Try again now, skip, or give what was skipped the next slot of its series (`insert_later`)."""

    upload_id: UUID
    action: Literal["retry", "skip", "insert_later"]
    asked_by: str


class SaveTarget(Asked):
    """Make or change a target. No `secrets` keeps those that are stored; they are never given back."""

    target_id: int | None = None
    name: Annotated[str, Field(min_length=1, max_length=64)]
    kind: Literal["dailymotion", "peertube"]
    settings: dict[str, Any] = {}
    secrets: dict[str, SecretStr] | None = None
    interval_s: Annotated[int, Field(ge=1, le=604800)] = 3600
    asked_by: str


class TargetSaved(Asked):
    """The target's id."""

    ok: Literal[True] = True
    target_id: int


class TargetRef(Asked):
    """One target."""

    target_id: int
    asked_by: str


class ChangeTarget(Asked):
    """Pause a target, or let it go on: after a look at what held it."""

    target_id: int
    action: Literal["pause", "resume"]
    asked_by: str


class Tested(Asked):
    """What a connection test found: nothing is uploaded by it."""

    ok: Literal[True] = True
    works: bool
    account: str | None = None
    channel: str | None = None
    detail: str
    code: str | None = None
    limits: dict[str, Any] = {}


class RequestDownloads(Asked):
    """Bring the files of a title, or of some of its episodes."""

    request_id: UUID
    title_id: int
    episode_ids: tuple[int, ...] = ()
    quality: int | None = None
    requested_by: str


class Downloading(Asked):
    """How many downloads were queued, are under way already, and how many files are here."""

    ok: Literal[True] = True
    queued: int
    running: int
    present: int


class DecideDownload(Asked):
    """Cancel, pause, go on with or try a download again."""

    download_id: UUID
    action: Literal["cancel", "pause", "resume", "retry"]
    asked_by: str


class BringFiles(Asked):
    """Take over a file that the operator has already put below the media folder."""

    episode_id: int
    path: str
    asked_by: str


class Brought(Asked):
    """The file that is an episode's now."""

    ok: Literal[True] = True
    media_file_id: int
    size_bytes: int
    duration_s: float


class Done(Asked):
    """It is so now. `state` is that of the upload, where one was decided on."""

    ok: Literal[True] = True
    state: UploadState | None = None
