"""Looks at links on demand as the API gives them."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from .base import Given


class ProbeConditions(Given):
    """The conditions of a run that were given. None at all: every link."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    limit: int | None = None
    older_than_hours: float | None = None
    timeout_s: float | None = None
    host: str | None = None
    title: str | None = None
    episode_id: int | None = Field(None, examples=[31])


class ProbeRun(Given):
    """A run as far as it has come."""

    id: str = Field(examples=["0199f3a0-7c1e-7a55-8b1f-0a4a8d7f4e11"])
    filter: ProbeConditions
    state: Literal["queued", "running", "done", "failed"]
    total: int
    done: int
    counts: dict[str, int] = Field(examples=[{"alive": 12, "http_404": 3}], description="Looks by reason.")
    states_before: dict[str, int] = Field(examples=[{"unknown": 15}], description="Links by state.")
    states_after: dict[str, int] = Field(examples=[{"alive": 12, "dead": 3}], description="Links by state.")
    error: str | None
    requested_by: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ProbeAsked(ProbeRun):
    """The run that answers a wish. `deduplicated` says that it was there before."""

    deduplicated: bool


class HostTrouble(Given):
    """A host that fails. `open`: it is left alone until `next_at`. `half_open`: a few looks get through."""

    host: str = Field(examples=["files.example:443"])
    position: Literal["open", "half_open"]
    since: datetime | None
    next_at: datetime | None
    good: int = Field(description="Of the looks let through, so many found their file.")
    reasons: dict[str, int] = Field(examples=[{"timeout": 9}])


class OurNetwork(Given):
    """Whether our own network is what fails: then there are no verdicts at all."""

    since: datetime | None
    canaries_down: bool
    failing: list[str]


class ProbeRuns(Given):
    """The newest runs, and what is known of hosts that fail and of our own network."""

    runs: list[ProbeRun]
    hosts: list[HostTrouble]
    own_network: OurNetwork
