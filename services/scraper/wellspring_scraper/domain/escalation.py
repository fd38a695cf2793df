"""When a source is worth a browser, and what is made of the two answers."""

from wellspring_common.events.scrape import Rung, SourceResult

from .failures import is_retryable
from .results import without_repeats
from .rungs import REMEMBERED

FEW_SERVERS = "few_servers"
UNAVAILABLE = "browser_unavailable"
# What a script may cure. Any other trouble of the page itself would meet a browser as well: the host is away,
# refuses, or may not be reached.
_CURABLE = frozenset({"drift", "soft_expired", REMEMBERED})
_NO_TROUBLE = frozenset({"unknown_server"})


def why_a_browser(result: SourceResult, at_least: int) -> str | None:
    """Return the code of why a browser may find more than plain HTTP did, or nothing where it may not.

    A server whose host is away counts as found: a browser would see the same button.
    """
    found = {link.server for link in result.links}
    found |= {one.server for one in result.problems if one.server is not None and is_retryable(one.code)}
    if len(found) >= at_least or result.rung is Rung.DIRECT:
        return None
    codes = [one.code for one in result.problems if one.server is None and one.code not in _NO_TROUBLE]
    if any(code not in _CURABLE for code in codes):
        return None
    return codes[0] if codes else FEW_SERVERS


def told(why: str, result: SourceResult, at_least: int) -> str:
    """Return the reason as it stays with the result."""
    return f"{why}: {len({link.server for link in result.links})} of {at_least} servers without a browser"


def merged_rungs(first: SourceResult, second: SourceResult) -> SourceResult:
    """Return one result out of two rungs without a browser: the later one's name where it found something."""
    return second.model_copy(
        update={
            "rung": second.rung if second.links else first.rung,
            "links": without_repeats((*first.links, *second.links)),
            "problems": (*first.problems, *second.problems),
            "pages": first.pages + second.pages,
            "elapsed_ms": first.elapsed_ms + second.elapsed_ms,
        }
    )


def merged(plain: SourceResult, browsed: SourceResult, because: str) -> SourceResult:
    """Return one result out of both rungs. What HTTP said of the page gives way to what the browser saw."""
    kept = plain.problems
    if not any(one.code == UNAVAILABLE for one in browsed.problems):
        kept = tuple(one for one in kept if one.server is not None or one.code not in _CURABLE)
    if browsed.links:
        kept = ()
    return browsed.model_copy(
        update={
            "rung": Rung.BROWSER if browsed.links else plain.rung,
            "links": without_repeats((*browsed.links, *plain.links)),
            "problems": (*browsed.problems, *kept),
            "pages": plain.pages + browsed.pages,
            "elapsed_ms": plain.elapsed_ms + browsed.elapsed_ms,
            "escalated_because": because,
        }
    )
