"""Steps of a definition, run over pages that somebody else fetches."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from wellspring_common.errors import Permanent, Transient, WellspringError
from wellspring_common.fetch.page import Page
from wellspring_common.fetch.page import Request as Asked

from .document import Document
from .fields import holds, read
from .keeping import KEPT, Now
from .pattern import pattern
from .resolve_part import Step, StepScope
from .template import template
from .trace import Observer
from .vocabulary import LONGEST_WAIT_S, Conditions, Field, Request

# a name server may answer for a dead name with an address of its own choice
_HOST_GONE = frozenset({"dns", "connect", "tls", "timeout", "blocked_address"})
_WAIT = r"^\s*(\d{1,4}(?:\.\d{1,3})?)\s*s?\s*$"

Scope = dict[str, str]


@dataclass(frozen=True)
class Run:
    """What every step of a run needs: the time, whose steps they are, and who watches."""

    now: Now
    owner: str = ""
    observer: Observer | None = None


def run_steps(steps: tuple[Step, ...], scope: Scope, run: Run) -> Generator[Asked, Page, Document | None]:
    """Run steps in order and return the last one's page. What they read is in the scope afterwards."""
    document, at, renewed = None, 0, False
    while at < len(steps):
        step = steps[at]
        if step.request is None:
            read_step(step, document, scope, run)
            at += 1
            continue
        # a page's tree is freed before the next one is asked for: at 17 times its size, two are too many
        document = None
        if _is_left_out(step, scope, run, renewed=renewed):
            at += 1
            continue
        try:
            document = yield from _arrived_at(step.name, step.request, scope, run)
            worn = soft_expired(step, document, run)
            if not worn:
                read_step(step, document, scope, run)
        except WellspringError:
            if not step.optional:
                raise
            worn, document = False, None
            scope.update({f".Result.{name}": "" for name in step.fields})
        if worn:
            if renewed or step.renew_from is None:
                raise worn_out(step)
            renewed = True
            at = next(index for index, one in enumerate(steps) if one.name == step.renew_from)
            continue
        if step.scope is StepScope.CACHED:
            KEPT.keep((run.owner, step.name), {n: scope[f".Result.{n}"] for n in step.fields}, run.now())
        at += 1
    return document


def _is_left_out(step: Step, scope: Scope, run: Run, *, renewed: bool) -> bool:
    if step.when is not None and not template(step.when).render(scope).strip():
        for name in step.fields:
            scope.setdefault(f".Result.{name}", "")
        return True
    return step.scope is StepScope.CACHED and not renewed and _recall(step, scope, run)


def _recall(step: Step, scope: Scope, run: Run) -> bool:
    kept = KEPT.recall((run.owner, step.name), run.now())
    scope.update({f".Result.{name}": value for name, value in (kept or {}).items()})
    return kept is not None


def _arrived_at(name: str, request: Request, scope: Scope, run: Run) -> Generator[Asked, Page, Document]:
    page = yield from fetched(name, request, scope, run)
    return arrived(page, scope, run.now())


def arrived(page: Page, scope: Scope, moment: datetime) -> Document:
    """Return a page to be read, and put into the scope what is known of its arrival."""
    scope[".Page.Url"] = page.url
    scope[".Today.Minute"] = str(moment.minute)
    scope[".Today.Unix"] = str(int(moment.timestamp()))
    scope[".Today.Year"] = str(moment.year)
    return Document(page)


def soft_expired(step: Step, document: Document, run: Run) -> bool:
    """Return whether a page says that it is worn out. Raises `Permanent`: `not_found`, `forbidden`."""
    if any_holds(step.name, "not_found_when", step.not_found_when, document, run):
        raise Permanent("The page says that there is no such file.", code="not_found")
    if any_holds(step.name, "forbidden_when", step.forbidden_when, document, run):
        raise Permanent("The page says that the file is not for everybody.", code="forbidden")
    return any_holds(step.name, "soft_expired_when", step.soft_expired_when, document, run)


def worn_out(step: Step) -> Transient:
    """Return the error of a page that says it is worn out."""
    return Transient(f"The page of step {step.name} says that it has expired.", code="soft_expired")


def any_holds(step: str, word: str, conditions: Conditions, document: Document, run: Run) -> bool:
    """Return whether one of some conditions holds."""
    for condition in conditions:
        found = holds(condition, document)
        if run.observer is not None:
            run.observer.checked(step, word, str(condition), holds=found)
        if found:
            return True
    return False


def must_hold(step: str, conditions: Conditions, document: Document, run: Run) -> None:
    """Raise `Permanent` with `drift` unless all conditions hold."""
    for condition in conditions:
        found = holds(condition, document)
        if run.observer is not None:
            run.observer.checked(step, "must_have", str(condition), holds=found)
        if not found:
            raise Permanent(f"The page of step {step} has changed: no {condition} on it.", code="drift")


def read_step(step: Step, document: Document | None, scope: Scope, run: Run) -> None:
    """Check a page and read a step's fields from it. Raises `Permanent` with `drift`."""
    if document is not None:
        must_hold(step.name, step.must_have, document, run)
    missing: str | None = None
    values: dict[str, str | None] = {}
    for name, field in step.fields.items():
        value = values[name] = read(field, document, None, scope)
        if value is None and not field.optional:
            missing = name
            break
        scope[f".Result.{name}"] = value or ""
    if run.observer is not None:
        run.observer.read(step.name, values)
    if missing is not None:
        raise Permanent(f"The page of step {step.name} has changed: no {missing} on it.", code="drift")


def fetched(name: str, request: Request, scope: Scope, run: Run) -> Generator[Asked, Page, Page]:
    """Ask for a page, and for its second address where the first one's host is gone."""
    asked = asked_for(request, request.url, scope)
    try:
        page = yield from _asked(name, asked, run)
    except WellspringError as error:
        if request.fallback_url is None or error.code not in _HOST_GONE:
            raise
        second = asked_for(request, request.fallback_url, scope)
        if second.url == asked.url:
            raise
        page = yield from _asked(name, second, run)
    return page


def _asked(name: str, asked: Asked, run: Run) -> Generator[Asked, Page, Page]:
    if run.observer is not None:
        run.observer.asked(name, asked)
    page = yield asked
    if run.observer is not None:
        run.observer.answered(name, page)
    return page


def asked_for(request: Request, url: str, scope: Scope) -> Asked:
    """Return the request that a definition describes, with everything filled in."""
    stop = request.follow_until
    inputs = None if request.inputs is None else rendered_texts(request.inputs, scope)
    post = request.method == "post"
    return Asked(
        url=_with_query(rendered_url(url, scope), None if post else inputs),
        method=request.method.upper(),
        headers=rendered_headers(request.headers, scope),
        form=inputs if post else None,
        json=None if request.json_body is None else _body(request.json_body, scope),
        follow=request.followredirect,
        max_bytes=request.max_bytes,
        stop_at=None if stop is None else pattern(stop).found,
        wait_s=_wait(request.wait, scope),
    )


def _with_query(url: str, inputs: Mapping[str, str] | None) -> str:
    if not inputs:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(inputs)}"


def _wait(text: str | None, scope: Scope) -> float:
    found = None if text is None else pattern(_WAIT).first(template(text).render(scope))
    return 0.0 if found is None else min(float(found), LONGEST_WAIT_S)


def _body(found: Any, scope: Scope) -> Any:
    if isinstance(found, str):
        return template(found).render(scope)
    if isinstance(found, dict):
        return {name: _body(one, scope) for name, one in found.items()}
    return [_body(one, scope) for one in found] if isinstance(found, list) else found


def rendered_texts(texts: Mapping[str, str], scope: Scope) -> dict[str, str]:
    """Return templates filled in."""
    return {name: template(text).render(scope) for name, text in texts.items()}


def rendered_headers(texts: Mapping[str, str], scope: Scope) -> dict[str, str]:
    """Return headers that have a value, without what a page may have slipped in to end them early."""
    found = rendered_texts(texts, scope)
    clean = {name: "".join(filter(str.isprintable, text)) for name, text in found.items()}
    return {name: text for name, text in clean.items() if text.strip()}


def rendered_url(url: str, scope: Scope) -> str:
    """Return a URL filled in, the words of a search in it quoted. Raises `Permanent` with `bad_url`."""
    if ".Query" in scope:
        scope = {**scope, ".Query": quote(scope[".Query"], safe="")}
    return absolute(template(url).render(scope), scope)


def absolute(url: str, scope: Scope) -> str:
    """Return a URL as it is meant on the last page. Raises `Permanent` with `bad_url`."""
    base = scope.get(".Page.Url") or scope.get(".Source.Url") or f"{scope.get('.Catalogue.Url', '')}/"
    try:
        found = urljoin(base, url.strip())
        usable = urlsplit(found).scheme in {"http", "https"}
    except ValueError:
        usable, found = False, ""
    if not usable:
        raise Permanent("The page leads to something that is no web address.", code="bad_url")
    return found


def final_url(field: Field, document: Document | None, scope: Scope) -> str:
    """Return the URL at the end of a way. Raises `Permanent` with `drift` where there is none."""
    found = read(field, document, None, scope)
    if found is None:
        raise Permanent("The way to the file has changed: no URL at its end.", code="drift")
    return absolute(found, scope)
