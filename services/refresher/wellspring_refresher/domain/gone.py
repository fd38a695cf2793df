"""Whether a source's page is gone for good, as far as one scrape can tell."""

from collections.abc import Iterable
from datetime import timedelta

from wellspring_common.events.scrape import SourceResult

GONE_CODES = frozenset({"not_found"})
"""A page that answers 404 or 410, or says itself that there is no such file. Never a timeout or a block."""
COUNTS_AFTER = timedelta(hours=24)
"""Scrapes that are closer together than this are one piece of evidence."""


def is_gone(result: SourceResult) -> bool:
    """Return whether the source page itself was gone: nothing else was wrong, and no server is to blame."""
    return (
        not result.links
        and bool(result.problems)
        and all(problem.code in GONE_CODES and problem.server is None for problem in result.problems)
    )


def gone_and_not(results: Iterable[SourceResult]) -> tuple[list[int], list[int]]:
    """Return the sources that were gone, and those that were not."""
    gone: list[int] = []
    there: list[int] = []
    for result in results:
        (gone if is_gone(result) else there).append(result.source_id)
    return sorted(gone), sorted(there)
