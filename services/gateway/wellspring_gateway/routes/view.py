"""Who asks, and pages for them."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from starlette.requests import HTTPConnection

from wellspring_common.errors import DependencyDown, Permanent

from ..domain.access import API_PREFIX, LONGEST_USERNAME, Session
from ..domain.addresses import here, is_host
from ..domain.digits import number_in
from ..domain.preferences import Wishes, shown_to, wishes_in
from ..domain.text import is_storable
from ..door import door_of
from ..forwarding import TRUSTED

YEAR_S = 365 * 24 * 3600
CSRF_HEADER = "x-csrf-token"
OFFSET_DIGITS = 7

Found = TypeVar("Found")


def start_of(offset: str, *, farthest: int) -> int:
    """Return where a page of a list begins: at its beginning where the address says nonsense."""
    return min(number_in(offset, digits=OFFSET_DIGITS) or 0, farthest)


async def from_cursor(ask: Callable[[str | None], Awaitable[Found]], cursor: str) -> Found:
    """Return a page of a list: of its beginning where the address says nonsense."""
    try:
        return await ask(cursor or None)
    except Permanent as error:
        if error.code != "bad_cursor":
            raise
        return await ask(None)


def with_query(path: str, **said: str) -> str:
    """Return an address that says what there is to say."""
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{path}?{query}" if query else path


def is_secure(request: HTTPConnection) -> bool:
    """Return whether the client reached us by TLS: an operator said so, or a trusted proxy does."""
    return door_of(request).settings.secure_cookies or request.scope["scheme"] in {"https", "wss"}


def base_url(request: HTTPConnection) -> str:
    """Return scheme and host as whoever asks sees them, for addresses that leave our pages."""
    settings, said = door_of(request).settings, request.url.netloc
    host = said if is_host(said) else f"{settings.host}:{settings.port}"
    return f"{'https' if is_secure(request) else 'http'}://{host}"


def cookie_name(request: HTTPConnection, name: str) -> str:
    """Return a cookie's name: behind TLS with the prefix that keeps subdomains from setting it."""
    return f"__Host-{name}" if is_secure(request) else name


def set_cookie(request: HTTPConnection, response: Response, name: str, value: str, *, life_s: int) -> None:
    """Set one of our cookies."""
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=life_s,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(request: HTTPConnection, response: Response, name: str) -> None:
    """Have a browser forget one of our cookies."""
    name, secure = cookie_name(request, name), is_secure(request)
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


def bearer(request: HTTPConnection) -> str | None:
    """Return the API token that a program sent. Other bearers belong to proxies on the way."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.lstrip().startswith(API_PREFIX) else None


def credential(request: HTTPConnection) -> str:
    """Return what a changing request that passed its guards carries and nobody else knows."""
    cookies = (request.cookies.get(cookie_name(request, name)) for name in ("ws_session", "ws_csrf"))
    return bearer(request) or next(filter(None, cookies), "")


async def session_of(request: HTTPConnection) -> Session | None:
    """Return the session of a request, asked for once."""
    if not hasattr(request.state, "session"):
        door, session = door_of(request), None
        if (token := bearer(request)) is not None:
            session = await door.accounts.keys.session(token, now=door.clock.now())
        elif secret := request.cookies.get(cookie_name(request, "ws_session")):
            session = await door.access.session(secret, now=door.clock.now())
        if session is None and (name := name_from_proxy(request)) is not None:
            session = await _of_proxy(request, name)
        request.state.session = session
    found: Session | None = request.state.session
    return found


def name_from_proxy(request: HTTPConnection) -> str | None:
    """Return who signed in at a proxy that may say so."""
    header = door_of(request).settings.forward_auth_user_header
    if not header or not request.scope.get(TRUSTED) or bearer(request) is not None:
        return None
    name = request.headers.get(header, "").strip()
    return name if 0 < len(name) <= LONGEST_USERNAME and is_storable(name) else None


async def _of_proxy(request: HTTPConnection, name: str) -> Session | None:
    door = door_of(request)
    rules, role = door.settings.group_rules, None
    if (header := door.settings.forward_auth_groups_header) and rules.any:
        role = rules.role(request.headers.get(header, "").split(","))
        if role is None:
            return None
    user = await door.accounts.users.of_proxy(name, role, now=door.clock.now())
    return Session(user, anonymous_csrf(request), "proxy") if user is not None else None


def anonymous_csrf(request: HTTPConnection) -> str:
    """Return the token of a browser that is not signed in, making one for a new browser."""
    if not hasattr(request.state, "anonymous_csrf"):
        held = request.cookies.get(cookie_name(request, "ws_csrf"))
        request.state.anonymous_csrf = held or secrets.token_urlsafe(24)
    token: str = request.state.anonymous_csrf
    return token


def csrf_is_right(request: Request, session: Session | None, given: str | None) -> bool:
    """Return whether a changing request carries its page's token and comes from our own pages."""
    if not is_same_origin(request) or not given:
        return False
    has_own = session is not None and session.via == "cookie"
    held = session.csrf_token if session and has_own else request.cookies.get(cookie_name(request, "ws_csrf"))
    return bool(held) and secrets.compare_digest(given.encode(), str(held).encode())


def is_same_origin(request: HTTPConnection) -> bool:
    """Return whether a request may come from our own pages: other sites' browsers say where they are."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    # Over plain http browsers leave out where a picture was asked from, but not the referrer.
    said = request.headers.get("origin") or request.headers.get("referer")
    if said is None:
        return True
    try:
        return urlsplit(said).netloc == request.headers.get("host")
    except ValueError:
        return False


def wants_page(request: Request) -> bool:
    """Return whether a person looks at the answer: a browser that goes somewhere, outside the API."""
    path = request.url.path
    return "text/html" in request.headers.get("accept", "") and not path.startswith("/api/")


async def wishes_of(request: HTTPConnection, session: Session | None) -> Wishes | None:
    """Return what the one who asks said of how they like it. Nothing, where nobody is signed in."""
    if session is None or session.wishes is not None:
        return session.wishes if session is not None else None
    return await door_of(request).accounts.preferences.of(session.user.id)


async def page(
    request: Request, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HTMLResponse:
    """Render a page with what every page knows."""
    door = door_of(request)
    stale = False
    try:
        session = await session_of(request)
        kept = await wishes_of(request, session)
    except DependencyDown:
        session, kept, stale = None, None, True
    shown = shown_to(kept, wishes_in(request.cookies), request.headers.get("accept-language"))
    language = shown.language
    token = session.csrf_token if session else anonymous_csrf(request)
    shared = {
        "t": door.pages.translator(language),
        "lang": language,
        "theme": shown.theme,
        "autoplay": shown.autoplay,
        "user": session.user if session else None,
        "csrf_token": token,
        "demo": door.demo,
        "stale": stale,
        "path": request.url.path,
        "here": here(request.method, request.url.path, request.url.query),
        "letters": door.letters.open if session and session.user.may_operate else 0,
    }
    response = HTMLResponse(door.pages.render(template, {**shared, **context}), status_code=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Cookie, Accept-Language"
    if (session is None or session.via == "proxy") and not stale:
        set_cookie(request, response, "ws_csrf", token, life_s=YEAR_S)
    return response
