"""Jobs and what they are asked for, as the API takes and gives them."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from .base import Given

JobState = Literal["queued", "running", "succeeded", "partial", "failed", "cancelled"]
JobKind = Literal["scrape", "crawl"]


class JobProblem(Given):
    """Something that went wrong on the way. `quality` is that of the permanent page, for a scrape."""

    # a crawl knows no quality, and what an older release wrote may lack more
    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    quality: int | None = None
    code: str = Field("", examples=["http_404"])
    detail: str = ""
    url: str | None = None
    server: str | None = Field(None, examples=["pixeldrain"])


class Browsed(Given):
    """A permanent page that a browser was opened for: why, and how many links that gave."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    quality: int | None = None
    code: str = Field("", examples=["too_few_servers"])
    because: str = ""
    links: int = 0


class JobBrief(Given):
    """A job as viewers see it."""

    id: str = Field(examples=["0199f3a0-7c1e-7a55-8b1f-0a4a8d7f4e11"])
    state: JobState
    requested_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    error_code: str | None = Field(examples=["no_links"])
    error_detail: str | None
    browser_because: str | None = Field(None, description="Why a browser had to open a page, if one had to.")


class Job(JobBrief):
    """A job as operators see it."""

    kind: JobKind
    episode_id: int | None
    catalogue_id: int | None = None
    scope: str | None = None
    query: str | None = None
    lane: Literal["interactive", "background"]
    reason: str = Field(examples=["force"])
    requested_by: str | None
    cancelled_by: str | None
    attempts: int
    counts: dict[str, int]
    problems: list[JobProblem]
    browser: list[Browsed]


class Jobs(Given):
    """One page of jobs, the newest first."""

    jobs: list[Job]
    next: str | None = Field(description="The cursor of the next page, null on the last one.")


class JobAnswer(Given):
    """The job that a wish concerns."""

    job: JobBrief | None


class JobAsked(JobAnswer):
    """The job that answers a wish. `deduplicated` says that it was there before."""

    deduplicated: bool


class Refreshed(Given):
    """What a refresh of a whole title asked for."""

    queued: int = Field(examples=[12])
    deduplicated: int = Field(examples=[1], description="Episodes whose job was there before.")
    without_source: int = Field(examples=[0], description="Episodes that name no page to read.")
