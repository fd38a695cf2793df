"""The interpreter: runs the `resolve` part of a definition over pages that somebody else fetches.

A run is a generator: it yields the request that it needs next and is sent the page, or has the error of the
fetch thrown in. It waits for nothing and knows no network.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from itertools import takewhile
from urllib.parse import urlsplit

from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.events.scrape import LinkKind, SourceRef
from wellspring_common.fetch.page import Page
from wellspring_common.fetch.page import Request as Asked

from ..domain.candidate import Candidate, FileFacts
from ..domain.facts import quality_of, size_of
from .asking import Run, Scope, rendered_headers
from .definition import Definition
from .document import Document
from .fields import read
from .keeping import Now
from .leads import Lead, key_of, leads_of
from .pattern import pattern
from .resolve_part import SPECIAL_FIELDS, Expires, Server, Step, StepScope
from .steps import arrived, final_url, read_step, run_steps, soft_expired, worn_out
from .template import template
from .trace import Observer
from .walking import without_asking


@dataclass(frozen=True)
class Extraction:
    """What the pages of a source gave.

    `strangers` are labels of rows that no server knows, `spared` are servers whose rows were not followed.
    """

    leads: tuple[Lead, ...]
    facts: FileFacts
    strangers: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()

    def without(self, servers: frozenset[str]) -> "Extraction":
        """Return the same without the leads that are, or may turn out to be, links of some servers."""
        spared = [lead for lead in self.leads if lead.keys & servers]
        if not spared:
            return self
        leads = tuple(lead for lead in self.leads if lead not in spared)
        return replace(self, leads=leads, spared=tuple(sorted({lead.key for lead in spared})))


def pages(
    definition: Definition,
    source: SourceRef,
    now: Now,
    observer: Observer | None = None,
    spared: frozenset[str] = frozenset(),
) -> Generator[Asked, Page, Extraction]:
    """Run the steps of a source and return its leads, but for those of servers that are to be spared.

    Raises `Permanent` with `drift`, `not_found`, `not_html`, `page_too_complex`, `garbage`, `unsupported`,
    and `Transient` with `soft_expired`, besides what the fetcher raised.
    """
    scope, run = _scope(source), Run(now, definition.id, observer)
    document = yield from run_steps(definition.resolving().steps, scope, run)
    found = yield from _extracted(definition, document, scope, run)
    # the tree is not needed while steps for the whole page are run
    del document
    found = found.without(spared)
    return replace(found, leads=(yield from _prepared(found.leads, scope, run)))


def rendered(
    definition: Definition, source: SourceRef, page: Page, now: Now, observer: Observer | None = None
) -> Extraction:
    """Read a page that a browser rendered as the page of the last step. Raises as `pages` does.

    What earlier steps would have read is taken from it too, where it is there.
    """
    scope, run = _scope(source), Run(now, definition.id, observer)
    document = arrived(page, scope, now())
    scope[".Page.Rendered"] = "1"
    *earlier, last = definition.resolving().steps
    for step in earlier:
        soft_expired(step, document, run)
        for name, field in step.fields.items():
            scope[f".Result.{name}"] = read(field, document, None, scope) or ""
    if soft_expired(last, document, run):
        raise worn_out(last)
    read_step(last, document, scope, run)
    return without_asking(_extracted(definition, document, scope, run))


def _scope(source: SourceRef) -> Scope:
    return {".Source.Url": source.url, ".Source.Quality": str(source.quality or "")}


def _extracted(
    definition: Definition, document: Document | None, scope: Scope, run: Run
) -> Generator[Asked, Page, Extraction]:
    resolve = definition.resolving()
    facts = _facts(scope, definition.language)
    if not resolve.rows:
        leads = tuple(
            Lead(server, server.name or server.key, scope, owner=f"{run.owner}/{server.key}")
            for server in resolve.servers
        )
        return Extraction(leads, facts)
    if document is None:
        raise Permanent("The page that the rows are on was left out.", code="drift")
    found, strangers = yield from leads_of(resolve, document, scope, run)
    if not found and resolve.when_none == "not_found":
        raise Permanent("The page answered, and has no such file.", code="not_found")
    if not found:
        raise Permanent("The page answered, and none of its buttons is one we know.", code="drift")
    return Extraction(found, facts, strangers)


def _facts(scope: Scope, language: str | None = None, names: frozenset[str] | None = None) -> FileFacts:
    known = {
        name: scope.get(f".Result.{name}", "") for name in SPECIAL_FIELDS if names is None or name in names
    }
    return FileFacts(
        size_bytes=size_of(known.get("size", "")),
        quality=quality_of(known.get("quality", "")),
        language=known.get("language") or language,
    )


def _of_page(server: Server) -> tuple[Step, ...]:
    return tuple(takewhile(lambda step: step.scope is StepScope.PER_PAGE, server.steps))


def _prepared(leads: tuple[Lead, ...], scope: Scope, run: Run) -> Generator[Asked, Page, tuple[Lead, ...]]:
    """Run the steps that are good for the whole page, once for each server that has a row."""
    given: dict[str, tuple[Scope, WellspringError | None]] = {}
    ready: list[Lead] = []
    for lead in leads:
        steps = _of_page(lead.server)
        if not steps:
            ready.append(lead)
            continue
        if lead.server.key not in given:
            own, failed = dict(scope), None
            try:
                yield from run_steps(steps, own, replace(run, owner=lead.owner))
            except WellspringError as error:
                failed = error
            names = {f".Result.{name}" for step in steps for name in step.fields}
            given[lead.server.key] = ({name: own.get(name, "") for name in names}, failed)
        values, failed = given[lead.server.key]
        ready.append(replace(lead, scope={**lead.scope, **values}, done=len(steps), failed=failed))
    return tuple(ready)


def reach(lead: Lead, now: Now, observer: Observer | None = None) -> Generator[Asked, Page, Candidate]:
    """Follow a lead to the link that it stands for. Raises as `pages` does, and `Permanent` with `decoy`."""
    if lead.failed is not None:
        raise lead.failed
    scope, run = dict(lead.scope), Run(now, lead.owner, observer)
    document = yield from run_steps(lead.server.steps[lead.done :], scope, run)
    url = final_url(lead.server.url, document, scope)
    scope[".Result.url"] = url
    server = _by_host(lead, url)
    issued_at, lifetime = None, None
    if isinstance(server.expires, Expires):
        lifetime = server.expires.lifetime
        text = read(server.expires.issued_at, document, None, scope) if server.expires.issued_at else None
        issued_at = int(text) if text and text.isascii() and text.isdigit() and len(text) <= 13 else None  # noqa: PLR2004  (milliseconds at most)
    own = lead.own | {name for step in lead.server.steps for name in step.fields}
    facts = _facts(scope, names=own)
    return Candidate(
        server=key_of(server, scope),
        label=server.name or lead.label if server is not lead.server else lead.label,
        url=url,
        kind=_kind(server, scope),
        container=server.container,
        headers=rendered_headers(server.headers, scope),
        issued_at=issued_at,
        lifetime_s=lifetime,
        refresh_class=server.refresh_class,
        no_resume=server.no_resume,
        unique=server.unique,
        quota=server.quota,
        facts=facts,
    )


def _by_host(lead: Lead, url: str) -> Server:
    """Return the first server, of those the row fits, that the final URL's host belongs to."""
    host = urlsplit(url).hostname or ""
    for server in (lead.server, *lead.others):
        if server.host is None or pattern(server.host).found(host):
            return server
    raise Permanent(f"The link leads to {host[:100]}, which is none of its server's.", code="decoy")


def _kind(server: Server, scope: Scope) -> LinkKind:
    found = template(server.kind).render(scope).strip()
    return LinkKind(found) if found in set(LinkKind) else LinkKind.STREAM
