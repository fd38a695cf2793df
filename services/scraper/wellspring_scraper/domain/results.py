"""Results of sources put in order: no link twice, no decoy for two qualities."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from wellspring_common.events.scrape import FoundLink, Problem, SourceResult


def without_repeats(links: Iterable[FoundLink]) -> tuple[FoundLink, ...]:
    """Return one link for each quality, server, kind and container: the seen first, then in order."""
    kept: dict[tuple[int | None, str, str, str], FoundLink] = {}
    for link in links:
        key = (link.quality, link.server, link.kind.value, link.container.value)
        if key not in kept or (link.verified and not kept[key].verified):
            kept[key] = link
    return tuple(kept.values())


def without_decoys(results: Sequence[SourceResult], unique: frozenset[str]) -> tuple[SourceResult, ...]:
    """Return the results without links that claim to be two qualities at once.

    Only for the servers named: elsewhere one URL may well list several qualities.
    """
    qualities: dict[str, set[int | None]] = defaultdict(set)
    for result in results:
        for link in result.links:
            if link.server in unique:
                qualities[link.url].add(link.quality)
    decoys = {url for url, found in qualities.items() if len(found) > 1}
    return tuple(_cleaned(result, decoys) if decoys else result for result in results)


def _cleaned(result: SourceResult, decoys: set[str]) -> SourceResult:
    kept = tuple(link for link in result.links if link.url not in decoys)
    problems = tuple(
        Problem(code="decoy", detail="The same file is offered for two qualities.", server=link.server)
        for link in result.links
        if link.url in decoys
    )
    return result.model_copy(update={"links": kept, "problems": (*result.problems, *problems)})
