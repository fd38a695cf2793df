"""How a crawl ended: well, in part, or not at all."""

from collections.abc import Sequence
from datetime import datetime

from wellspring_common.errors import WellspringError
from wellspring_common.events.crawl import CrawlCounts, CrawlFinished, CrawlRequested
from wellspring_common.events.scrape import Problem

from .failures import any_retryable, describe, is_retryable

_LONGEST_DETAIL = 500


def concluded(
    job: CrawlRequested,
    attempt: int,
    lasted: tuple[datetime, datetime],
    *,
    counts: CrawlCounts | None,
    problems: Sequence[Problem],
    why: WellspringError | None,
    base_url: str,
) -> CrawlFinished:
    """Return the event that a crawl ends with.

    `why` is what ended it before its end. It is the crawl's failure only where no title was read at all: else
    it stays with the problems of a crawl that came to something. Only such a crawl has seen that the
    catalogue is at its new address: a name that was lost leads to anything.
    """
    done = counts or CrawlCounts()
    problems = tuple(problems)
    came_to_something = bool(done.titles or done.unchanged)
    failure: Problem | None = None
    if why is not None:
        ended = Problem(code=why.code, detail=why.message[:_LONGEST_DETAIL])
        if came_to_something:
            problems = problems if any(one.code == ended.code for one in problems) else (ended, *problems)
        else:
            failure = ended
    elif done.failed and not came_to_something:
        failure = describe(problems)
    moved = came_to_something and bool(base_url) and base_url != job.base_urls[0].rstrip("/")
    return CrawlFinished(
        job_id=job.job_id,
        catalogue_id=job.catalogue_id,
        attempt=attempt,
        started_at=lasted[0],
        finished_at=lasted[1],
        counts=done,
        problems=problems,
        code=None if failure is None else failure.code,
        detail=None if failure is None else failure.detail,
        retryable=any_retryable(problems) if failure is None else is_retryable(failure.code),
        moved_to=base_url if moved else None,
    )
