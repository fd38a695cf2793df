"""The page of a title: what it tells of the title, and its episodes with their source pages."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlsplit

from wellspring_common.errors import Permanent
from wellspring_common.events.crawl import CrawledEpisode, CrawledSource, CrawledTitle
from wellspring_common.fetch.page import Page
from wellspring_common.fetch.page import Request as Asked

from ..domain.facts import quality_of
from . import values
from .asking import Run, Scope
from .catalog_part import Episodes
from .definition import Definition
from .document import Document
from .keeping import Now
from .listing import LONGEST_KEY, Entry
from .rows import Row, rows_of
from .steps import run_steps
from .trace import Observer
from .walking import Leaf, walk

MOST_EPISODES = 5000
MOST_SOURCES = 20
LONGEST_ADDRESSES = 4 * 1024 * 1024
"""Of all sources of a title: a small page at a long address could make gigabytes of them."""
_MOST_SEASONS = 1000


def details(
    definition: Definition, base_url: str, entry: Entry, now: Now, observer: Observer | None = None
) -> Generator[Asked, Page, CrawledTitle]:
    """Read the page of a title. Raises as the steps of a source do."""
    catalog = definition.cataloguing()
    scope: Scope = {
        ".Catalogue.Url": base_url,
        ".Entry.Key": entry.key,
        ".Entry.Url": entry.url,
        ".Entry.Title": entry.title,
    }
    run = Run(now, definition.id, observer)
    document = yield from run_steps(catalog.title.steps, scope, run)
    shelf = _Shelf(definition, scope, run)
    if catalog.title.episodes is not None:
        if document is None:
            raise Permanent("The page that the episodes are on was left out.", code="drift")
        yield from shelf.read(catalog.title.episodes, document)
    elif (url := values.address_of(scope.get(".Result.source_url") or entry.url, base_url)) is not None:
        shelf.put(_key_of(url), 1, Decimal(1), Row(scope, None), (shelf.source(Row(scope, None), url),))
    return _title(entry, scope, run, shelf)


def _title(entry: Entry, scope: Scope, run: Run, shelf: "_Shelf") -> CrawledTitle:
    def text(name: str) -> str:
        return scope.get(f".Result.{name}", "")

    catalog = shelf.definition.cataloguing()
    base, moment = scope.get(".Page.Url", entry.url), run.now()
    released = values.day_of(text("released_on"), moment)
    return CrawledTitle(
        key=text("key")[:LONGEST_KEY] or entry.key,
        url=entry.url,
        kind=values.kind_of(text("kind"), text("format"), episodic=catalog.title.episodes is not None),
        format=values.line_of(text("format")),
        title=values.line_of(text("title")) or entry.title,
        original_title=values.line_of(text("original_title")),
        synopsis=values.paragraph_of(text("synopsis")),
        poster_url=values.address_of(text("poster_url"), base),
        genres=values.list_of(text("genres")),
        score=values.score_of(text("score")),
        producer=values.line_of(text("producer")),
        studio=values.line_of(text("studio")),
        status=values.status_of(text("status")),
        total_episodes=values.count_of(text("total_episodes")),
        duration=values.line_of(text("duration")),
        released_on=released,
        year=values.year_of(text("year") or text("released_on"), released),
        language=values.line_of(text("language")) or shelf.definition.language,
        imdb_id=values.line_of(text("imdb_id")),
        tmdb_id=values.line_of(text("tmdb_id")),
        anilist_id=values.line_of(text("anilist_id")),
        episodes=shelf.in_order(),
    )


@dataclass
class _Shelf:
    """The episodes of a title, put together from rows in any order."""

    definition: Definition
    scope: Scope
    run: Run
    episodes: dict[tuple[int, Decimal], CrawledEpisode] = field(default_factory=dict)
    addressed: int = 0

    def read(self, wanted: Episodes, document: Document) -> Generator[Asked, Page, None]:
        """Take the episodes of a page. Raises `Permanent` with `drift` where there are too few rows."""
        found = yield from walk(wanted, document, self.scope, self.run, most=MOST_EPISODES)
        if found.seen < wanted.min_rows:
            raise Permanent(
                f"The page of the title has changed: {found.seen} rows of episodes, not {wanted.min_rows}.",
                code="drift",
            )
        for leaf in found.leaves:
            row = leaf.row
            number = values.number_of(row.get("number"))
            sources = tuple(self._sources(wanted, leaf))[:MOST_SOURCES]
            if number is None or not sources:
                continue
            season = values.number_of(row.get("season"))
            key = row.get("key") or _key_of(values.address_of(row.get("url"), _base(row)) or sources[0].url)
            at = int(season) if season is not None and season <= _MOST_SEASONS else 1
            self.put(key[:LONGEST_KEY], at, number, row, sources)

    def put(
        self, key: str, season: int, number: Decimal, row: Row, sources: tuple[CrawledSource, ...]
    ) -> None:
        """Add an episode, or its sources where it is there already."""
        known = self.episodes.get((season, number))
        if known is not None:
            merged = tuple(dict.fromkeys((*known.sources, *sources)))[:MOST_SOURCES]
            self.episodes[season, number] = known.model_copy(update={"sources": merged})
            return
        self.episodes[season, number] = CrawledEpisode(
            key=key,
            season=season,
            number=number,
            name=values.line_of(row.get("name")),
            aired_on=values.day_of(row.get("aired_on"), self.run.now()),
            sources=sources,
        )

    def source(self, row: Row, url: str) -> CrawledSource:
        """Return a source page that a row names. Raises `Permanent` with `too_large`."""
        self.addressed += len(url)
        if self.addressed > LONGEST_ADDRESSES:
            raise Permanent("The title has more sources than can be kept.", code="too_large")
        catalog = self.definition.cataloguing()
        return CrawledSource(
            url=url,
            definition=row.get("definition") or catalog.definition or self.definition.id,
            quality=quality_of(row.get("quality")),
            language=values.line_of(row.get("language")) or self.definition.language,
        )

    def in_order(self) -> tuple[CrawledEpisode, ...]:
        """Return the episodes, the first one first."""
        return tuple(self.episodes[at] for at in sorted(self.episodes))

    def _sources(self, wanted: Episodes, leaf: Leaf) -> Iterator[CrawledSource]:
        rows = [leaf.row]
        if wanted.sources is not None:
            scope = leaf.row.scope
            found = rows_of(
                wanted.sources, leaf.document, scope, self.run, most=MOST_SOURCES, within=leaf.row
            )
            rows = found.kept
        for one in rows:
            url = values.address_of(one.get("url"), _base(one))
            if url is not None:
                yield self.source(one, url)


def _base(row: Row) -> str:
    return row.scope.get(".Page.Url", "")


def _key_of(url: str) -> str:
    """Return what is left of a URL when its host may change."""
    parts = urlsplit(url)
    return (parts.path.strip("/") + (f"?{parts.query}" if parts.query else ""))[:LONGEST_KEY]
