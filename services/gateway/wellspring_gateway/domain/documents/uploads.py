"""Uploads, the series on schedules and the channels they go to, as the API takes and gives them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, SecretStr

from wellspring_common.events.uploads import UploadState
from wellspring_common.uploading import Choices, Slot

from .base import Given, Taken
from .texts import Id

Word = Literal["pending", "uploading", "completed", "failed", "skipped"]
TargetKind = Literal["dailymotion", "peertube"]


class Upload(Given):
    """One episode on the schedule of a channel.

    `planned_at` is its slot, `waits_for` why it does not start now: slot, series, quota, download, retry,
    paused, auth or held.
    """

    id: UUID = Field(examples=["0199f3a0-7c1e-7a55-8b1f-0a4a8d7f4e11"])
    schedule_id: int
    target_id: int
    target: str = Field(examples=["my channel"])
    title_id: int
    title: str = Field(examples=["Nine Lantern Ferry"])
    episode_id: int
    season: int
    number: Decimal = Field(examples=["12.5"])
    ordinal: int = Field(description="Which episode of its schedule this is, from 1.")
    status: Word = Field(description="The state in one of five words.")
    state: UploadState
    percent: int = Field(ge=0, le=100)
    planned_at: datetime | None
    waits_for: str | None = Field(examples=["quota"])
    tries: int = Field(description="How many tries failed. Three end it. Waiting for a quota is none.")
    next_try_at: datetime | None
    error_code: str | None
    error_detail: str | None
    bytes_sent: int
    size_bytes: int | None
    video_id: str | None
    video_url: str | None
    started_at: datetime | None
    completed_at: datetime | None


class UploadStep(Given):
    """A change of state."""

    at: datetime
    state: str
    code: str | None
    detail: str | None


class UploadWhole(Upload):
    """An upload with what happened to it, the newest first."""

    steps: list[UploadStep]


class Uploads(Given):
    """One page of uploads, the one that moved last first."""

    uploads: list[Upload]
    next: str | None = Field(description="The cursor of the next page, null on the last one.")


class UploadDecision(Taken):
    """`retry`: again now. `skip`: go on without it. `insert_later`: what was skipped gets the next slot."""

    action: Literal["retry", "skip", "insert_later"]


class NewSchedule(Taken):
    """A series to publish. No `choices` takes the target's own, which its owner set."""

    title_id: Id
    target_id: Id | None = Field(None, description="May be left out where there is but one.")
    choices: Choices | None = None
    download_first: Annotated[
        bool, Field(description="Accept episodes whose files are not here yet, and download them first.")
    ] = False


class Schedule(Given):
    """A series on the schedule of a channel, with its uploads counted by state."""

    id: int
    title_id: int
    title: str
    target_id: int
    target: str
    position: int = Field(description="Series after series: the lowest first.")
    state: Literal["active", "paused", "done", "removed"]
    choices: Choices
    download_first: bool
    starts_at: datetime
    requested_by: str | None
    counts: dict[str, int] = Field(examples=[{"total": 12, "pending": 8, "uploading": 1, "completed": 3}])


class Schedules(Given):
    """The series on schedules, in the order in which they go out."""

    schedules: list[Schedule]


class ScheduleAsked(Given):
    """The schedule that answers a wish. `repeated` says that it was there before."""

    schedule_id: int
    title: str
    episodes: int
    starts_at: datetime
    repeated: bool


class ScheduleChange(Taken):
    """Pause a series, let it go on, or move it before another one (nothing: to the end)."""

    action: Literal["pause", "resume", "move"]
    before: Id | None = None


class ScheduleRemoved(Given):
    """How many uploads were taken off: only those that waited or failed."""

    removed: int
    title: str


class Rehearsal(Given):
    """What a schedule would do: each slot, and what speaks against it."""

    slots: list[Slot]
    problems: list[str]


class Target(Given):
    """One channel on one platform. Its secrets can be written and never be read."""

    id: int
    name: str
    kind: TargetKind
    settings: dict[str, Any]
    interval_s: int = Field(description="Seconds between the starts of two uploads.")
    state: Literal["ready", "paused", "auth_paused", "held"]
    state_reason: str | None
    quota_until: datetime | None
    from_environment: bool = Field(description="Its secrets come from the uploader's environment.")
    tested_at: datetime | None
    test_result: dict[str, Any] | None
    used_videos: int = Field(description="Films that it took within the last 24 hours.")
    used_minutes: float


class Targets(Given):
    """The channels by name."""

    targets: list[Target]


class TargetForm(Taken):
    """A channel to publish on. What `settings` and `secrets` hold depends on `kind`: docs/uploading.md."""

    name: Annotated[str, Field(min_length=1, max_length=64, examples=["my channel"])]
    kind: TargetKind
    settings: dict[str, Any] = {}
    secrets: dict[str, SecretStr] | None = Field(None, description="Left out: those that are stored stay.")
    interval_s: Annotated[int, Field(ge=1, le=604_800)] = 3600


class TargetMade(Given):
    """The id of the channel."""

    target_id: int


class TargetChange(Taken):
    """Pause a channel, or let it go on after a look at what held it."""

    action: Literal["pause", "resume"]


class TargetTest(Given):
    """What a test of the connection found. Nothing was uploaded."""

    works: bool
    account: str | None
    channel: str | None
    detail: str
    code: str | None
    limits: dict[str, Any]
