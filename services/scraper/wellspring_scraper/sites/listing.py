"""Lists of a catalogue: one page of titles at a time."""

from collections.abc import Generator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from wellspring_common.errors import Permanent
from wellspring_common.events.crawl import CrawlScope
from wellspring_common.fetch.page import Page
from wellspring_common.fetch.page import Request as Asked

from .asking import Run, Scope, fetched
from .catalog_part import Catalog, TitleList
from .definition import Definition
from .document import Document
from .fields import filtered, read
from .keeping import Now
from .pattern import pattern
from .rows import Row, rows_of
from .steps import any_holds, arrived, must_hold
from .trace import Observer
from .values import address_of, line_of
from .vocabulary import Request

MOST_ENTRIES = 20_000
LONGEST_KEY = 300
NO_SCOPE = "unsupported_scope"
_UNPRINTED = dict.fromkeys((*range(32), 127))
"""What `%00` and its like stand for: no database keeps it."""


@dataclass(frozen=True)
class Place:
    """Where on a catalogue to look. `base_url` has no slash at its end.

    `page_url` is the next page of a list, as an earlier `Listing` named it.
    """

    base_url: str
    scope: CrawlScope
    query: str = ""
    page_url: str | None = None


@dataclass(frozen=True)
class Entry:
    """One title on a list. `key` names it within the catalogue, whatever its host.

    `mark` is a text of the list that changes when the title has something new, such as `Episode 18`.
    """

    key: str
    url: str
    title: str
    mark: str = ""


@dataclass(frozen=True)
class Listing:
    """One page of a list. Without a `next_url` it is the last one."""

    entries: tuple[Entry, ...]
    next_url: str | None


def listing(
    definition: Definition, place: Place, now: Now, observer: Observer | None = None
) -> Generator[Asked, Page, Listing]:
    """Read one page of a list.

    Raises `Permanent` with `unsupported_scope` where the definition has no such list, and with `drift` where
    the page shows fewer rows than the list must have, besides what the steps of a source raise.
    """
    catalog = definition.cataloguing()
    wanted = catalog.lists.get(place.scope)
    if wanted is None:
        scopes = ", ".join(catalog.lists) or "none"
        raise Permanent(
            f"{definition.id!r} has no list {place.scope.value!r}, only: {scopes}.", code=NO_SCOPE
        )
    run = Run(now, definition.id, observer)
    scope: Scope = {".Catalogue.Url": place.base_url, ".Query": place.query}
    scope[".Query"] = filtered(wanted.keywordsfilters, place.query, scope) or ""
    page = yield from fetched(place.scope.value, _request(wanted, place, scope), scope, run)
    document = arrived(page, scope, now())
    empty = any_holds(place.scope.value, "empty_when", wanted.empty_when, document, run)
    if not empty:
        must_hold(place.scope.value, wanted.must_have, document, run)
    found = rows_of(wanted.rows, document, scope, run, most=MOST_ENTRIES)
    if found.seen < wanted.min_rows and not empty and place.page_url is None:
        raise Permanent(
            f"The list {place.scope.value} has changed: {found.seen} rows, not {wanted.min_rows}.",
            code="drift",
        )
    entries = [one for row in found.kept if (one := _entry(catalog, place.base_url, page.url, row))]
    if found.kept and not entries:
        raise Permanent("The list has changed: none of its URLs has a key in it.", code="drift")
    return Listing(_each_once(entries), _next_url(wanted, document, scope, page.url, place))


def entry_of(definition: Definition, base_url: str, query: str) -> Entry:
    """Return the entry that a person means by a key, a path or a URL. Raises `Permanent` with `bad_url`."""
    catalog = definition.cataloguing()
    wanted = query.strip()
    if wanted.startswith(("http://", "https://", "/")):
        url = _moved(catalog, base_url, address_of(wanted, f"{base_url}/") or "")
        key = _key(catalog, url)
    else:
        key = wanted.strip("/")
        url = _url_of(catalog, base_url, key)
    if not key or not url or len(key) > LONGEST_KEY:
        raise Permanent(f"{query[:100]!r} is neither a key nor the URL of a title.", code="bad_url")
    return Entry(key, url, key)


def _request(wanted: TitleList, place: Place, scope: Scope) -> Request:
    if place.page_url is None:
        return wanted.request
    scope[".Page.Url"] = place.page_url
    later = {"url": "{{ .Page.Url }}", "fallback_url": None}
    if wanted.request.method == "get":
        later["inputs"] = None
    return wanted.request.model_copy(update=later)


def _entry(catalog: Catalog, base_url: str, page_url: str, row: Row) -> Entry | None:
    title, key, url = line_of(row.get("title")), row.get("key"), row.get("url")
    if url:
        url = _moved(catalog, base_url, address_of(url, page_url) or "")
        key = key or _key(catalog, url)
    elif key:
        url = _url_of(catalog, base_url, key)
    if title is None or not key or not url or len(key) > LONGEST_KEY:
        return None
    return Entry(key, url, title, line_of(row.get("mark")) or "")


def _each_once(entries: list[Entry]) -> tuple[Entry, ...]:
    kept: dict[str, Entry] = {}
    for entry in entries:
        kept.setdefault(entry.key, entry)
    return tuple(kept.values())


def _key(catalog: Catalog, url: str) -> str:
    return unquote(pattern(catalog.entry.key).first(url) or "").translate(_UNPRINTED)


def _url_of(catalog: Catalog, base_url: str, key: str) -> str:
    scope = {".Catalogue.Url": base_url, ".Entry.Key": quote(key, safe="/%~@:!$&'()*+,;=")}
    return address_of(read(catalog.entry.url, None, None, scope) or "", f"{base_url}/") or ""


def _moved(catalog: Catalog, base_url: str, url: str) -> str:
    """Return a URL with the site's present address in the place of one that it has left."""
    if not any(pattern(one).found(url) for one in catalog.legacylinks):
        return url
    here, there = urlsplit(base_url), urlsplit(url)
    return urlunsplit((here.scheme, here.netloc, there.path, there.query, there.fragment))


def _next_url(wanted: TitleList, document: Document, scope: Scope, page_url: str, place: Place) -> str | None:
    quoted = {**scope, ".Query": quote(scope[".Query"], safe="")}
    text = None if wanted.next is None else read(wanted.next, document, None, quoted)
    found = None if text is None else address_of(text, page_url)
    return None if found in {page_url, place.page_url} else found
