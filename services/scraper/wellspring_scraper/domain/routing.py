"""Which definition reads a source."""

from collections.abc import Callable
from urllib.parse import urlsplit

from wellspring_common.events.scrape import SourceRef
from wellspring_common.fetch.media import container_of_path

DIRECT = "direct"


def host_of(url: str) -> str:
    """Return the host of a URL for people and metrics, or nothing where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def definition_for(source: SourceRef, is_page: Callable[[SourceRef], bool]) -> str:
    """Return the definition's id: a source that is itself a file or a manifest is its own link.

    `is_page` tells whether its definition says that it is a page, although it ends as a file does.
    """
    try:
        path = urlsplit(source.url).path
    except ValueError:
        return source.definition
    return DIRECT if container_of_path(path) is not None and not is_page(source) else source.definition
