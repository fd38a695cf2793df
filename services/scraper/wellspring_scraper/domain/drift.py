"""When a result says that the site has changed under its definition."""

from wellspring_common.events.scrape import SourceResult

DRIFT = "drift"


def has_drifted(result: SourceResult) -> bool:
    """Return whether a page answered, and the definition found nothing of what it looks for on it."""
    return not result.links and any(one.code == DRIFT and one.server is None for one in result.problems)
