"""The `catalog` part of a definition: lists of titles, and what a title's page tells."""

from typing import Annotated, Self

from pydantic import Field as Described
from pydantic import model_validator

from wellspring_common.events.crawl import CrawlScope

from .resolve_part import Rows, Step
from .vocabulary import Conditions, Field, FieldOrText, Filter, RequestOrUrl
from .words import Expression, Model

TITLE_FIELDS = frozenset(
    {
        *("title", "original_title", "kind", "format", "synopsis", "poster_url", "genres", "score"),
        *("producer", "studio", "status", "total_episodes", "duration", "released_on", "year", "language"),
        *("imdb_id", "tmdb_id", "anilist_id", "key", "source_url"),
    }
)
"""Fields of a title's steps that are told of it."""
EPISODE_FIELDS = frozenset({"number", "season", "name", "aired_on", "key", "url"})
SOURCE_FIELDS = frozenset({"url", "quality", "language", "definition"})


class EntryRule(Model):
    """What names a title: its key within the catalogue, and the way from a key to its page."""

    key: Expression = Described(description="Its first group in the URL of a title's page is the key.")
    url: FieldOrText = Described(description="The URL of the page of `{{ .Entry.Key }}`.")


class TitleList(Model):
    """One list of titles: all, ongoing, complete, a search, or a tag."""

    request: RequestOrUrl
    keywordsfilters: tuple[Filter, ...] = Described((), description="What is done to `{{ .Query }}` before.")
    must_have: Conditions = Described((), description="All of these, or the page has changed (drift).")
    empty_when: Conditions = Described((), description="Any of these: the list is honestly empty.")
    rows: Rows = Described(description="With the fields url or key, title, and mark if there is one.")
    next: FieldOrText | None = Described(None, description="The URL of the next page, if there is one.")
    min_rows: Annotated[int, Described(ge=0, le=10_000)] = Described(
        1, description="Fewer rows on the first page mean that it has changed (drift)."
    )

    @model_validator(mode="after")
    def _names_titles(self) -> Self:
        if "title" not in self.rows.fields:
            raise ValueError("rows with the field title")
        if not {"url", "key"} & set(self.rows.fields):
            raise ValueError("rows with the field url or key")
        if self.rows.rows:
            raise ValueError("rows without rows in them")
        return self


class Sources(Rows):
    """The pages of an episode: one row for each quality or language."""


class Episodes(Rows):
    """The episodes on a title's page. Rows with the same season and number are one episode.

    Where there are rows within the rows, the innermost are the episodes.
    """

    sources: Sources | None = Described(
        None, description="The source pages within an episode's row, else its url."
    )
    min_rows: Annotated[int, Described(ge=0, le=1000)] = Described(
        1, description="Fewer rows, rejected ones counted, mean that the page has changed (drift)."
    )

    @model_validator(mode="after")
    def _flat(self) -> Self:
        if self.sources is not None and self.sources.rows:
            raise ValueError("sources without rows in them")
        return self


class TitlePart(Model):
    """What a title's page tells: fields of its steps by their names, and its episodes.

    Without `episodes` it is a film of one episode: its source is the page itself, or the field `source_url`.
    """

    steps: Annotated[tuple[Step, ...], Described(min_length=1)]
    episodes: Episodes | None = None

    @model_validator(mode="after")
    def _has_a_title(self) -> Self:
        if not any("title" in step.fields for step in self.steps):
            raise ValueError("a step with the field title")
        return self

    def fields(self) -> dict[str, Field]:
        """Return the fields of all steps."""
        return {name: field for step in self.steps for name, field in step.fields.items()}


class Catalog(Model):
    """What can be found on a catalogue: its lists and its titles."""

    entry: EntryRule
    lists: dict[CrawlScope, TitleList] = {}
    title: TitlePart
    definition: Annotated[str, Described(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")] | None = Described(
        None, description="The definition of its sources, where that is not this one."
    )
    legacylinks: tuple[Expression, ...] = Described(
        (), description="URLs of addresses that the site has left: their paths are asked for at the new one."
    )

    @model_validator(mode="after")
    def _no_list_of_one(self) -> Self:
        if CrawlScope.TITLE in self.lists:
            raise ValueError("`title` beside `lists`, not in them")
        return self
