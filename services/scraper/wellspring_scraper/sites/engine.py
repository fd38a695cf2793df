"""The interpreter: runs a definition's steps over pages that somebody else fetches.

A run is a generator: it yields the request that it needs next and is sent the page, or has the error of the
fetch thrown in. It waits for nothing and knows no network.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from wellspring_common.errors import Permanent, Transient, WellspringError
from wellspring_common.events.scrape import SourceRef
from wellspring_common.fetch.page import Page
from wellspring_common.fetch.page import Request as Asked

from ..domain.candidate import Candidate, FileFacts
from ..domain.facts import quality_of, size_of
from .definition import Definition, Expires, Step
from .document import Document
from .fields import holds, read
from .filters import pattern
from .rows import Lead, Scope, rows_of
from .template import template
from .vocabulary import Field, Request

# a name server may answer for a dead name with an address of its own choice
_HOST_GONE = frozenset({"dns", "connect", "tls", "timeout", "blocked_address"})

Now = Callable[[], datetime]


@dataclass(frozen=True)
class Extraction:
    """What the pages of a source gave. `strangers` are labels of rows that no server knows."""

    leads: tuple[Lead, ...]
    facts: FileFacts
    strangers: tuple[str, ...] = ()


def pages(definition: Definition, source: SourceRef, now: Now) -> Generator[Asked, Page, Extraction]:
    """Run the steps of a source and return its leads.

    Raises `Permanent` with `drift`, `not_found`, `not_html`, `page_too_complex`, `garbage`, and `Transient`
    with `soft_expired`, besides what the fetcher raised.
    """
    scope: Scope = {".Source.Url": source.url, ".Source.Quality": str(source.quality or "")}
    document = yield from _run(definition.resolve.steps, scope, now)
    return _extracted(definition, document, scope)


def rendered(definition: Definition, source: SourceRef, page: Page, now: Now) -> Extraction:
    """Read a page that a browser rendered as the page of the last step. Raises as `pages` does.

    What earlier steps would have read is taken from it too, where it is there.
    """
    scope: Scope = {".Source.Url": source.url, ".Source.Quality": str(source.quality or "")}
    document = _arrived(page, scope, now)
    scope[".Page.Rendered"] = "1"
    *earlier, last = definition.resolve.steps
    for step in earlier:
        _soft_expired(step, document)
        for name, field in step.fields.items():
            scope[f".Result.{name}"] = read(field, document, None, scope) or ""
    if _soft_expired(last, document):
        raise Transient(f"The page of step {last.name} says that it has expired.", code="soft_expired")
    _read_step(last, document, scope)
    return _extracted(definition, document, scope)


def _extracted(definition: Definition, document: Document | None, scope: Scope) -> Extraction:
    resolve = definition.resolve
    facts = FileFacts(
        size_bytes=size_of(scope.get(".Result.size", "")),
        quality=quality_of(scope.get(".Result.quality", "")),
        language=scope.get(".Result.language") or definition.language,
    )
    if resolve.rows is None:
        leads = tuple(Lead(server, server.name or server.key, scope) for server in resolve.servers)
        return Extraction(leads, facts)
    if document is None:
        raise Permanent("The definition has rows but no step.", code="drift")
    found, strangers = rows_of(resolve.rows, resolve.servers, document, scope)
    if not found:
        raise Permanent("The page answered, and none of its buttons is one we know.", code="drift")
    return Extraction(found, facts, strangers)


def reach(lead: Lead, now: Now) -> Generator[Asked, Page, Candidate]:
    """Follow a lead to the link that it stands for. Raises as `pages` does."""
    server, scope = lead.server, dict(lead.scope)
    document = yield from _run(server.steps, scope, now)
    url = _url(server.url, document, scope)
    scope[".Result.url"] = url
    issued_at, lifetime = None, None
    if isinstance(server.expires, Expires):
        lifetime = server.expires.lifetime
        text = read(server.expires.issued_at, document, None, scope) if server.expires.issued_at else None
        issued_at = int(text) if text and text.isascii() and text.isdigit() and len(text) <= 13 else None  # noqa: PLR2004
    return Candidate(
        server=server.key,
        label=lead.label,
        url=url,
        kind=server.kind,
        container=server.container,
        headers=_headers(server.headers, scope),
        issued_at=issued_at,
        lifetime_s=lifetime,
        refresh_class=server.refresh_class,
        no_resume=server.no_resume,
        unique=server.unique,
    )


def _run(steps: tuple[Step, ...], scope: Scope, now: Now) -> Generator[Asked, Page, Document | None]:
    document, at, renewed = None, 0, False
    while at < len(steps):
        step = steps[at]
        page = yield from _fetched(step.request, scope)
        # a page's tree is freed before the next one is asked for: at 17 times its size, two are too many
        document = _arrived(page, scope, now)
        if _soft_expired(step, document):
            if renewed or step.renew_from is None:
                raise Transient(
                    f"The page of step {step.name} says that it has expired.", code="soft_expired"
                )
            renewed, document = True, None
            at = next(index for index, one in enumerate(steps) if one.name == step.renew_from)
            continue
        _read_step(step, document, scope)
        at += 1
        if at < len(steps):
            document = None
    return document


def _arrived(page: Page, scope: Scope, now: Now) -> Document:
    moment = now()
    scope[".Page.Url"] = page.url
    scope[".Today.Minute"] = str(moment.minute)
    scope[".Today.Unix"] = str(int(moment.timestamp()))
    return Document(page)


def _soft_expired(step: Step, document: Document) -> bool:
    if any(holds(condition, document) for condition in step.not_found_when):
        raise Permanent("The page says that there is no such file.", code="not_found")
    return any(holds(condition, document) for condition in step.soft_expired_when)


def _read_step(step: Step, document: Document, scope: Scope) -> None:
    for condition in step.must_have:
        if not holds(condition, document):
            what = condition.selector or condition.matches
            raise Permanent(f"The page of step {step.name} has changed: no {what!r} on it.", code="drift")
    for name, field in step.fields.items():
        value = read(field, document, None, scope)
        if value is None and not field.optional:
            raise Permanent(f"The page of step {step.name} has changed: no {name} on it.", code="drift")
        scope[f".Result.{name}"] = value or ""


def _fetched(request: Request, scope: Scope) -> Generator[Asked, Page, Page]:
    try:
        return (yield _asked(request, request.url, scope))
    except WellspringError as error:
        if request.fallback_url is None or error.code not in _HOST_GONE:
            raise
        second = _asked(request, request.fallback_url, scope)
        if second.url == _asked(request, request.url, scope).url:
            raise
    return (yield second)


def _asked(request: Request, url: str, scope: Scope) -> Asked:
    stop = request.follow_until
    return Asked(
        url=_absolute(template(url).render(scope), scope),
        method=request.method.upper(),
        headers=_headers(request.headers, scope),
        form=None if request.inputs is None else _rendered(request.inputs, scope),
        json=None if request.json_body is None else _rendered(request.json_body, scope),
        follow=request.followredirect,
        stop_at=None if stop is None else pattern(stop).found,
    )


def _rendered(texts: Mapping[str, str], scope: Scope) -> dict[str, str]:
    return {name: template(text).render(scope) for name, text in texts.items()}


def _headers(texts: Mapping[str, str], scope: Scope) -> dict[str, str]:
    """Return headers without whatever a page may have slipped in to end them early."""
    return {name: "".join(filter(str.isprintable, text)) for name, text in _rendered(texts, scope).items()}


def _absolute(url: str, scope: Scope) -> str:
    try:
        found = urljoin(scope.get(".Page.Url") or scope[".Source.Url"], url.strip())
        usable = urlsplit(found).scheme in {"http", "https"}
    except ValueError:
        usable, found = False, ""
    if not usable:
        raise Permanent("The page leads to something that is no web address.", code="bad_url")
    return found


def _url(field: Field, document: Document | None, scope: Scope) -> str:
    found = read(field, document, None, scope)
    if found is None:
        raise Permanent("The way to the file has changed: no URL at its end.", code="drift")
    return _absolute(found, scope)
