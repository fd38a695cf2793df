"""Whether every name in a definition is one that something before it gives."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .catalog_part import SOURCE_FIELDS, Catalog, Episodes, TitleList
from .definition import Definition
from .resolve_part import Expires, Resolve, Rows, Server, Step, StepScope
from .template import template
from .vocabulary import Field, Filter, Request
from .words import body_texts

Path = tuple[str | int, ...]

_ANYWHERE = frozenset({".Page.Url", ".Today.Minute", ".Today.Unix", ".Today.Year"})
_IN_RESOLVE = _ANYWHERE | {".Source.Url", ".Source.Quality", ".Page.Rendered"}
_IN_LISTS = _ANYWHERE | {".Catalogue.Url", ".Query"}
_IN_TITLES = _ANYWHERE | {".Catalogue.Url", ".Entry.Key", ".Entry.Url", ".Entry.Title"}


@dataclass(frozen=True)
class Misnaming:
    """A name that stands for nothing: where it is, and what was expected there."""

    path: Path
    expected: str


@dataclass
class _Check:
    """What names a part of a definition may use, and those of its fields that are known so far."""

    globals: frozenset[str]
    known: set[str] = field(default_factory=set)
    found: list[Misnaming] = field(default_factory=list)

    def inner(self, names: Iterable[str] = ()) -> "_Check":
        """Return a check for what is within: it sees everything so far, and nothing outside sees it."""
        return _Check(self.globals, self.known | set(names), self.found)

    def text(self, path: Path, text: str | None) -> None:
        allowed = self.globals | {f".Result.{name}" for name in self.known}
        try:
            used = template(text).names if text is not None else set()
        except ValueError as error:
            self.wrong(path, str(error))
            return
        for name in sorted(used - allowed):
            expected = "names that an earlier field gives"
            if not name.startswith(".Result."):
                expected = f"one of {', '.join(sorted(self.globals))}"
            self.found.append(Misnaming(path, f"{expected}, not {name}"))

    def field(self, path: Path, one: Field) -> None:
        self.text((*path, "text"), one.text)
        self.text((*path, "default"), one.default)
        for selector, text in (one.case or {}).items():
            self.text((*path, "case", selector), text)
        self.filters((*path, "filters"), one.filters)
        for index, other in enumerate(one.first_of or ()):
            self.field((*path, "first_of", index), other)

    def filters(self, path: Path, filters: tuple[Filter, ...]) -> None:
        for index, one in enumerate(filters):
            for at, arg in enumerate(one.args):
                self.text((*path, index, "args", at), arg)

    def fields(self, path: Path, fields: Mapping[str, Field]) -> None:
        for name, one in fields.items():
            self.field((*path, name), one)
            self.known.add(name)

    def request(self, path: Path, request: Request) -> None:
        for word in ("url", "fallback_url", "wait"):
            self.text((*path, word), getattr(request, word))
        for word, texts in (("headers", request.headers), ("inputs", request.inputs or {})):
            for name, text in texts.items():
                self.text((*path, word, name), text)
        for text in body_texts(request.json_body):
            self.text((*path, "json"), text)

    def steps(self, path: Path, steps: tuple[Step, ...]) -> None:
        seen: set[str] = set()
        for index, step in enumerate(steps):
            at = (*path, index)
            if step.name in seen:
                self.wrong((*at, "name"), f"step names that differ, not {step.name!r} twice")
            seen.add(step.name)
            if step.renew_from is not None and step.renew_from not in seen:
                self.wrong((*at, "renew_from"), f"this step or one before it, not {step.renew_from!r}")
            self.text((*at, "when"), step.when)
            if step.request is not None:
                self.request((*at, "request"), step.request)
            self.fields((*at, "fields"), step.fields)

    def rule(self, path: Path, rule: Mapping[str, str], names: Collection[str]) -> None:
        for name in rule:
            if name not in names:
                self.wrong((*path, name), f"a field of the rows, not {name!r}")

    def rows(self, path: Path, rows: Rows, outer: frozenset[str] = frozenset()) -> Iterator[frozenset[str]]:
        """Check rows and the rows within them, and return the fields of those that have none within."""
        names = outer | set(rows.fields) | {name for step in rows.steps for name in step.fields}
        self.globals |= {".Row.Number"}
        self.fields((*path, "fields"), rows.fields)
        for index, rule in enumerate(rows.reject):
            self.rule((*path, "reject", index), rule, outer | set(rows.fields))
        self.steps((*path, "steps"), rows.steps)
        for index, one in enumerate(rows.rows):
            yield from self.inner().rows((*path, "rows", index), one, names)
        if not rows.rows:
            yield names

    def wrong(self, path: Path, expected: str) -> None:
        self.found.append(Misnaming(path, expected))


def misnamings(definition: Definition) -> tuple[Misnaming, ...]:
    """Return every name in a definition that stands for nothing."""
    found: list[Misnaming] = []
    if definition.resolve is not None:
        check = _Check(_IN_RESOLVE, found=found)
        _resolve(check, definition.resolve)
    if definition.catalog is not None:
        _catalog(definition.catalog, found)
    return tuple(found)


def _resolve(check: _Check, resolve: Resolve) -> None:
    check.steps(("resolve", "steps"), resolve.steps)
    for index, step in enumerate(resolve.steps):
        if step.scope is not StepScope.PER_CALL:
            check.wrong(("resolve", "steps", index, "scope"), "`scope` in steps of a server only")
    page = set(check.known)
    leaves = [
        (group.name, names)
        for index, group in enumerate(resolve.rows)
        for names in check.inner().rows(("resolve", "rows", index), group)
    ]
    for index, server in enumerate(resolve.servers):
        at: Path = ("resolve", "servers", index)
        own = [names for name, names in leaves if server.rows in {None, name}]
        if server.rows is not None and not own:
            check.wrong((*at, "rows"), f"the name of a group of rows, not {server.rows!r}")
        names = frozenset[str]().union(*own)
        check.rule((*at, "match"), server.match, names)
        if server.key_from is not None and server.key_from not in names | page:
            check.wrong((*at, "key_from"), f"a field of the rows, not {server.key_from!r}")
        _server(check.inner(names), at, server)


def _server(check: _Check, at: Path, server: Server) -> None:
    check.steps((*at, "steps"), server.steps)
    seen_call = False
    for index, step in enumerate(server.steps):
        if step.scope is StepScope.PER_PAGE and seen_call:
            check.wrong((*at, "steps", index, "scope"), "`per_page` before the steps of each row")
        seen_call = seen_call or step.scope is not StepScope.PER_PAGE
    check.field((*at, "url"), server.url)
    check.known.add("url")
    check.text((*at, "kind"), server.kind)
    check.text((*at, "name"), server.name)
    for name, text in server.headers.items():
        check.text((*at, "headers", name), text)
    if isinstance(server.expires, Expires) and server.expires.issued_at is not None:
        check.field((*at, "expires", "issued_at"), server.expires.issued_at)


def _catalog(catalog: Catalog, found: list[Misnaming]) -> None:
    entry = _Check(frozenset({".Catalogue.Url", ".Entry.Key"}), found=found)
    entry.field(("catalog", "entry", "url"), catalog.entry.url)
    for scope, one in catalog.lists.items():
        _list(_Check(_IN_LISTS, found=found), ("catalog", "lists", scope.value), one)
    check = _Check(_IN_TITLES, found=found)
    check.steps(("catalog", "title", "steps"), catalog.title.steps)
    if catalog.title.episodes is not None:
        _episodes(check.inner(), ("catalog", "title", "episodes"), catalog.title.episodes)


def _list(check: _Check, path: Path, one: TitleList) -> None:
    check.filters((*path, "keywordsfilters"), one.keywordsfilters)
    check.request((*path, "request"), one.request)
    if one.next is not None:
        check.field((*path, "next"), one.next)
    list(check.rows((*path, "rows"), one.rows))


def _episodes(check: _Check, path: Path, episodes: Episodes) -> None:
    leaves = list(check.rows(path, episodes))
    sources = episodes.sources
    if sources is None:
        if not all("url" in names for names in leaves):
            check.wrong((*path, "fields"), "the field url, or sources with it")
        return
    outer = frozenset[str]().union(*leaves)
    list(check.inner(outer).rows((*path, "sources"), sources, outer))
    if "url" not in sources.fields:
        check.wrong((*path, "sources", "fields"), f"the field url, of {', '.join(sorted(SOURCE_FIELDS))}")
