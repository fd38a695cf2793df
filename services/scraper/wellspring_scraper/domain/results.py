"""Results of sources put in order: no link twice, no decoy for two qualities."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from wellspring_common.events.scrape import FoundLink, Problem, Rung, SourceRef, SourceResult

MOST_BYTES = 224 * 1024
"""Of the results in one event, encoded: the broker takes 256 KiB of it."""
_CODE_OF_MORE = "too_large"


def without_links(source: SourceRef, rung: Rung, problem: Problem, *, pages: int) -> SourceResult:
    """Return the result of a source that gave nothing, with the reason."""
    return SourceResult(
        source_id=source.source_id,
        quality=source.quality,
        rung=rung,
        links=(),
        problems=(problem,),
        pages=pages,
        elapsed_ms=0,
    )


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


def fitting(results: Sequence[SourceResult], most: int = MOST_BYTES) -> tuple[SourceResult, ...]:
    """Return the results as far as an event can carry them: links first, each source with its share."""
    if sum(map(_weight, results)) <= most:
        return tuple(results)
    share = most // len(results)
    return tuple(one if _weight(one) <= share else _cut(one, share) for one in results)


def _weight(one: SourceResult | FoundLink | Problem) -> int:
    # a URL that a person gave may hold what no event can: that is for whoever encodes it
    return len(json.dumps(one.model_dump(mode="json"), ensure_ascii=False).encode(errors="replace"))


def _cut(result: SourceResult, share: int) -> SourceResult:
    more = Problem(code=_CODE_OF_MORE, detail="More was found than an event can carry.")
    bare = result.model_copy(update={"links": (), "problems": (more,)})
    left = share - _weight(bare)
    links, problems = list[FoundLink](), list[Problem]()
    for link in result.links:
        if _weight(link) <= left:
            left -= _weight(link)
            links.append(link)
    for problem in result.problems:
        if _weight(problem) <= left:
            left -= _weight(problem)
            problems.append(problem)
    return bare.model_copy(update={"links": tuple(links), "problems": (*problems, more)})


def _cleaned(result: SourceResult, decoys: set[str]) -> SourceResult:
    kept = tuple(link for link in result.links if link.url not in decoys)
    problems = tuple(
        Problem(code="decoy", detail="The same file is offered for two qualities.", server=link.server)
        for link in result.links
        if link.url in decoys
    )
    return result.model_copy(update={"links": kept, "problems": (*result.problems, *problems)})
