"""Requests as a definition describes them, with everything filled in."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.fetch.page import Page
from wellspring_common.fetch.page import Request as Asked

from .keeping import Now
from .pattern import pattern
from .template import template
from .trace import Observer
from .vocabulary import LONGEST_WAIT_S, Request

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
