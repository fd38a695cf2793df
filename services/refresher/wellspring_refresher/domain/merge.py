"""What a scrape's result changes in the stored links."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from wellspring_common.events.scrape import SourceResult
from wellspring_common.text import storable

from .text import storable_all

SPARED = "spared"
"""What a scraper says of a server that it was told to leave alone."""


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


def fresh_results(
    results: Sequence[SourceResult], *, started_at: datetime, held: Mapping[int, datetime]
) -> list[SourceResult]:
    """Return the results that are newer than what their source holds.

    `held` says when the job began whose result a source holds now: an older job that comes in late must
    not overwrite a newer one. A source that gave nothing changes nothing: its old links stay.
    """
    return [
        result for result in results if result.links and held.get(result.source_id, started_at) <= started_at
    ]


def state_of(results: Sequence[SourceResult]) -> JobState:
    """Return how a job ended that found something. A source that was only spared has what it needs."""
    return JobState.SUCCEEDED if all(map(_is_answered, results)) else JobState.PARTIAL


def _is_answered(result: SourceResult) -> bool:
    return bool(result.links) or (
        bool(result.problems) and all(problem.code == SPARED for problem in result.problems)
    )


def counts_of(results: Sequence[SourceResult]) -> dict[str, int]:
    """Return the figures a person wants to see of a job."""
    return {
        "sources": len(results),
        "sources_with_links": sum(1 for result in results if result.links),
        "links": sum(len(result.links) for result in results),
        "pages": sum(result.pages for result in results),
        "elapsed_ms": max((result.elapsed_ms for result in results), default=0),
    }


def browsed_of(results: Sequence[SourceResult]) -> list[dict[str, object]]:
    """Return the sources that a browser was opened for: the reason by its code and in words, what it gave."""
    return [
        {
            "quality": result.quality,
            "code": storable(result.escalated_because).partition(":")[0],
            "because": storable(result.escalated_because),
            "links": len(result.links),
        }
        for result in results
        if result.escalated_because is not None
    ]


def problems_of(results: Sequence[SourceResult]) -> list[dict[str, object]]:
    """Return every problem with the source it happened to, for the job's page."""
    return [
        {"quality": result.quality, **storable_all(problem.model_dump())}
        for result in results
        for problem in result.problems
    ]
