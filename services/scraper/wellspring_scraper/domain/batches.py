"""Titles in events that the broker takes: many small ones together, a very long one in parts."""

from collections.abc import Iterator

from wellspring_common.errors import Permanent
from wellspring_common.events.crawl import CrawledEpisode, CrawledTitle

MOST_BYTES = 180 * 1024
"""Of the titles in one event, encoded."""
_COMMA = 1


def weight(title: CrawledTitle) -> int:
    """Return the bytes that a title takes in an event."""
    return len(title.model_dump_json().encode()) + _COMMA


def parts(title: CrawledTitle, most: int = MOST_BYTES) -> Iterator[CrawledTitle]:
    """Return a title whole where it fits, else again and again with a part of its episodes.

    Raises `Permanent` with `too_large` where even one episode does not fit.
    """
    if weight(title) <= most:
        yield title
        return
    bare = weight(title.model_copy(update={"episodes": ()}))
    held: list[CrawledEpisode] = []
    size = bare
    for episode in title.episodes:
        more = len(episode.model_dump_json().encode()) + _COMMA
        if bare + more > most:
            raise _too_large(title)
        if size + more > most:
            yield title.model_copy(update={"episodes": tuple(held)})
            held, size = [], bare
        held.append(episode)
        size += more
    if not held:
        raise _too_large(title)
    yield title.model_copy(update={"episodes": tuple(held)})


def _too_large(title: CrawledTitle) -> Permanent:
    return Permanent(f"{title.title[:100]!r} says more than an event can carry.", code="too_large")
