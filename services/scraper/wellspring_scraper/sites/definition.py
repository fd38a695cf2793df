"""A site definition: what Wellspring knows about one kind of page."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, model_validator
from pydantic import Field as Described

from wellspring_common.errors import Permanent
from wellspring_common.events.crawl import CrawlScope
from wellspring_common.events.scrape import Rung

from .catalog_part import Catalog
from .pattern import pattern
from .resolve_part import Browser, Resolve, has_hops
from .words import Model, as_list

LADDER = (Rung.STATIC, Rung.RESOLVER, Rung.BROWSER)


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError("an address like https://site.example")
    return text.rstrip("/")


def _header_text(text: str) -> str:
    if not text.isprintable():
        raise ValueError("one line of plain text")
    return text


def _ladder(rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
    if not rungs or len(set(rungs)) < len(rungs) or Rung.DIRECT in rungs:
        raise ValueError(f"some of {', '.join(LADDER)}, each once")
    return rungs


Expected = dict[str, str | int | float | list[str] | None]
Address = Annotated[str, Described(max_length=300), AfterValidator(_address)]


class Fixture(Model):
    """A page in the definition itself, and what must come of it.

    One of `source` (the URL of a source), `list` (a scope) and `title` (a key or URL) says what is run.
    """

    name: Annotated[str, Described(min_length=1, max_length=100)]
    source: str | None = None
    quality: int | None = None
    list: CrawlScope | None = None
    title: str | None = None
    base_url: Address = "https://site.example"
    query: str = ""
    now: AwareDatetime = datetime(2026, 1, 1, tzinfo=UTC)
    pages: dict[str, str] = Described({}, description="The body for each URL. A POST is `POST <url>`.")
    expected: Annotated[tuple[Expected, ...], BeforeValidator(as_list)] = Described(
        (), description="Each link, title or episode, in order: the fields named must be as here."
    )
    failure: str | None = Described(None, description="The code that it must fail with.")

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if sum(one is not None for one in (self.source, self.list, self.title)) != 1:
            raise ValueError("one of source, list and title")
        return self


class Definition(Model):
    """A kind of page: how its links are found, how its catalogue is read, how a browser gets through."""

    id: Annotated[str, Described(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")]
    name: Annotated[str, Described(min_length=1, max_length=100)]
    description: str = ""
    language: str | None = Described(None, description="Of the files, where nothing says otherwise.")
    links: Annotated[tuple[Address, ...], BeforeValidator(as_list)] = Described(
        (), description="Where the site is, its mirrors after it. A catalogue may name others."
    )
    robots: Literal["respect", "ignore"] = Described("respect", description="Of crawls: robots.txt.")
    user_agent: Annotated[str, Described(max_length=300), AfterValidator(_header_text)] | None = Described(
        None, description="What the site is told, else Wellspring's own."
    )
    request_delay: Annotated[float, Described(ge=0, le=60)] = Described(
        0, alias="requestDelay", description="Seconds between two requests to one host."
    )
    ladder: Annotated[tuple[Rung, ...], AfterValidator(_ladder)] = Described(
        LADDER, description="The rungs to try, in order."
    )
    resolve: Resolve | None = Described(None, description="From a source's page to its links.")
    catalog: Catalog | None = Described(None, description="Lists, titles, episodes and sources.")
    browser: Browser | None = Described(None, description="Without it, no browser is started.")
    fixtures: tuple[Fixture, ...] = Described((), description="Pages and what must come of them.")

    @model_validator(mode="after")
    def _has_parts(self) -> Self:
        if self.resolve is None and self.catalog is None and self.ladder != (Rung.RESOLVER,):
            raise ValueError("resolve, catalog, or both")
        if self.browser is not None and (self.resolve is None or not self.resolve.steps):
            raise ValueError("steps to resolve, where there is a browser: the last one reads its page")
        if self.browser is not None and self.resolve is not None and has_hops(self.resolve.rows):
            raise ValueError("no steps in rows, where there is a browser: it opens one page")
        return self

    def has_page(self, url: str) -> bool:
        """Return whether a URL is a page of this kind, although it may end as the name of a file does."""
        pages = None if self.resolve is None else self.resolve.pages
        return pages is not None and pattern(pages).found(url)

    def resolving(self) -> Resolve:
        """Return how links are found. Raises `Permanent` with `unsupported` where it does not say."""
        if self.resolve is None:
            raise Permanent(f"The definition {self.id!r} finds no links of its own.", code="unsupported")
        return self.resolve

    def cataloguing(self) -> Catalog:
        """Return how the catalogue is read. Raises `Permanent` with `unsupported_scope` where it does not."""
        if self.catalog is None:
            raise Permanent(f"The definition {self.id!r} reads no catalogue.", code="unsupported_scope")
        return self.catalog
