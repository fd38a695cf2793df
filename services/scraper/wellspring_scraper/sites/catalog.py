"""Reading a catalogue: its lists, and what it says of one title."""

# ruff: noqa: ARG001
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime

from wellspring_common.errors import Permanent
from wellspring_common.events.crawl import CrawledTitle, CrawlScope
from wellspring_common.fetch.page import Page
from wellspring_common.fetch.page import Request as Asked

from .definition import Definition

Now = Callable[[], datetime]


@dataclass(frozen=True)
class Place:
    """Where on a catalogue to look. `page_url` is the next page of a list, as an earlier listing named it."""

    base_url: str
    scope: CrawlScope
    query: str = ""
    page_url: str | None = None


@dataclass(frozen=True)
class Entry:
    """One title on a list. `mark` is text of the list that changes when the title has something new."""

    key: str
    url: str
    title: str
    mark: str = ""


@dataclass(frozen=True)
class Listing:
    """One page of a list."""

    entries: tuple[Entry, ...]
    next_url: str | None


def listing(definition: Definition, place: Place, now: Now) -> Generator[Asked, Page, Listing]:
    """Read one page of a list."""
    raise _without(definition)


def details(
    definition: Definition, base_url: str, entry: Entry, now: Now
) -> Generator[Asked, Page, CrawledTitle]:
    """Read one title."""
    raise _without(definition)


def entry_of(definition: Definition, base_url: str, query: str) -> Entry:
    """Return the entry of a title that a person named by its key or URL."""
    raise _without(definition)


def _without(definition: Definition) -> Permanent:
    return Permanent(f"The definition {definition.id!r} reads no catalogue.", code="unsupported_scope")
