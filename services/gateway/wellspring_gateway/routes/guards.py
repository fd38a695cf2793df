"""What a request must be before a route runs."""

from fastapi import Request
from starlette.requests import HTTPConnection

from wellspring_common.errors import DependencyDown

from ..domain.access import Session, device_token
from ..domain.budgets import LIMIT_OF, Budget
from ..domain.clients import client_of
from ..domain.deeds import deed_ahead
from ..domain.scopes import Scope
from ..door import door_of
from ..owing import owe
from .problems import Problem
from .view import CSRF_HEADER, bearer, csrf_is_right, is_same_origin, session_of

_SIGN_IN = "Sign in first: this library is for its members."
_OPERATORS = "Sign in first: this is for operators."
_WAIT = {
    Budget.SCRAPE: "Too many scrapes were asked for from this address.",
    Budget.SEARCH: "Too many searches from this address.",
    Budget.LOGIN: "Too many attempts to sign in from this address.",
}


async def viewer(request: HTTPConnection) -> Session | None:
    """Return who watches, if they said so. Raises `Problem` for a stranger where only members may."""
    return await _watching(request, Scope.READ)


async def player(request: HTTPConnection) -> Session | None:
    """Return who plays, if they said so: somebody signed in, or the owner of a device. Raises `Problem`."""
    return await _watching(request, Scope.PLAY)


async def seeker(request: HTTPConnection) -> Session | None:
    """Return who has links found, if they said so. Raises `Problem` for a stranger where only members may."""
    session = await _watching(request, Scope.SCRAPE)
    if session is not None and session.user.may_operate:
        _owe(request, session)
    return session


async def operator(request: HTTPConnection) -> Session:
    """Return the session of an operator. Raises `Problem` for anybody else."""
    session = _settled(await _known(request))
    if session is None:
        raise Problem("sign_in_required", _OPERATORS)
    if not session.user.may_operate:
        raise Problem("forbidden", "Your account may watch, but not change the library.")
    _owe(request, session)
    return _for(session, Scope.OPERATE)


async def admin(request: HTTPConnection) -> Session:
    """Return the session of an admin. Raises `Problem` for anybody else."""
    session = await operator(request)
    if not session.user.may_administer:
        raise Problem("forbidden", "Only an admin may do this.")
    return _for(session, Scope.ADMIN)


async def owner(request: HTTPConnection, *, settling: bool = False, only_look: bool = False) -> Session:
    """Return the session of somebody who changes their own account. Raises `Problem` for anybody else.

    A token of a program may do so only with the scope `admin`: none may make a wider one. With `settling` a
    password that somebody else made is no obstacle, since it is what will be changed.
    """
    session = await _known(request)
    if session is None:
        raise Problem("sign_in_required", "Sign in first: this is your own account.")
    if not settling:
        _settled(session)
    if session.via == "token" and not only_look and Scope.ADMIN not in (session.scopes or ()):
        raise Problem("forbidden", "A token needs the scope 'admin' to change its owner's account.")
    _owe(request, session)
    return session


async def checked(request: Request) -> None:
    """Raise `Problem` unless a changing request carries the token of its page, in a header or a field.

    A program with an API token has no page: no other site can make a browser send its header.
    """
    session = await _known(request)
    if session is not None and session.via == "token":
        return
    given = request.headers.get(CSRF_HEADER)
    if given is None and "form" in request.headers.get("content-type", ""):
        value = (await request.form()).get("csrf_token")
        given = value if isinstance(value, str) else None
    if not csrf_is_right(request, session, given):
        raise Problem("bad_csrf", "This page is out of date: load it again and repeat the action.")


async def own_page(request: Request) -> None:
    """Raise `Problem` for a request that another site's page makes."""
    if bearer(request) is None and not is_same_origin(request):
        raise Problem("bad_csrf", "Only Wellspring's own pages may do this.")


def client(request: HTTPConnection) -> str:
    """Return what the requests of this client are counted by."""
    return client_of(request.client.host if request.client else None)


async def within(request: HTTPConnection, budget: Budget) -> None:
    """Count a request. Raises `Problem` with `throttled` and when to try again beyond the client's limit."""
    door = door_of(request)
    most = getattr(door.tunables.current, LIMIT_OF[budget])
    now = door.clock.now()
    wait = door.accounts.budgets.retry_after(budget, client(request), most=most, now=now)
    if wait is not None:
        raise Problem("throttled", _WAIT[budget], retry_after=wait)


def _owe(request: HTTPConnection, session: Session) -> None:
    """Have what this request changes written down in the transaction that changes it."""
    scope = request.scope
    if scope["type"] == "http":
        template, params = getattr(scope.get("route"), "path", ""), scope.get("path_params") or {}
        owe(deed_ahead(session, scope["method"], template, params, client=client(request)))


async def _watching(request: HTTPConnection, scope: Scope) -> Session | None:
    if device_token(request.url.path) is not None:
        return await _of_device(request)
    if not await door_of(request).accounts.viewing.members_only():
        return await _perhaps(request, scope)
    session = _settled(await _known(request))
    if session is None:
        raise Problem("sign_in_required", _SIGN_IN)
    return _for(session, scope)


async def _perhaps(request: HTTPConnection, scope: Scope) -> Session | None:
    """Return who asks where anybody may. What is known is shown to strangers while Postgres is away."""
    try:
        session = await _known(request)
    except DependencyDown:
        if bearer(request) is not None:
            raise
        return None
    if session is None or (session.via == "cookie" and session.user.must_change):
        return None
    return _for(session, scope)


async def _of_device(request: HTTPConnection) -> Session | None:
    if not hasattr(request.state, "device"):
        token = device_token(request.url.path)
        request.state.device = await door_of(request).accounts.device(token or "")
    device = request.state.device
    if device is None:
        raise Problem("unknown_device", "This device's address was revoked: make a new one.")
    if device.user is None:
        return None
    session = Session(device.user, "", "device", frozenset({Scope.PLAY}))
    _settled(session)
    return _for(session, Scope.PLAY)


async def _known(request: HTTPConnection) -> Session | None:
    session = await session_of(request)
    if session is None and bearer(request) is not None:
        raise Problem("bad_token", "This API token is unknown, expired or revoked.")
    return session


def _settled(session: Session | None) -> Session | None:
    if session is not None and session.user.must_change:
        raise Problem("password_change_required", "Choose a password of your own first.")
    return session


def _for(session: Session, scope: Scope) -> Session:
    if not session.may(scope):
        raise Problem("forbidden", f"This token was not made for that: it needs the scope {scope.value!r}.")
    return session
