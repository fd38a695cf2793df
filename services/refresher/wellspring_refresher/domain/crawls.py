"""How a crawl's job ends."""

from wellspring_common.events.crawl import CrawlFinished

from .merge import JobState
from .text import storable_all

MOST_PROBLEMS = 100
"""So many are kept with a job: a site that changed has the same one on every page."""


def crawl_state(event: CrawlFinished) -> JobState:
    """Return the state in which a crawl ended: a code names what ended it before its time."""
    if event.code is not None:
        return JobState.FAILED
    return JobState.PARTIAL if event.problems or event.counts.failed else JobState.SUCCEEDED


def crawl_problems(event: CrawlFinished) -> list[dict[str, object]]:
    """Return the problems for the job's page, not more than a person would read."""
    return [storable_all(problem.model_dump()) for problem in event.problems[:MOST_PROBLEMS]]
