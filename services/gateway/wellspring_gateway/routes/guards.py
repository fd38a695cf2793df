"""What a request must be before a route runs."""

from fastapi import Request

from ..domain.access import Session
from ..domain.clients import client_of
from .problems import Problem
from .view import CSRF_HEADER, csrf_is_right, is_same_origin, session_of


async def operator(request: Request) -> Session:
    """Return the session of an operator. Raises `Problem` for anybody else."""
    session = await session_of(request)
    if session is None:
        raise Problem("sign_in_required", "Sign in first: this is for operators.")
    if not session.user.may_operate:
        raise Problem("forbidden", "Your account may watch, but not change the library.")
    return session


async def admin(request: Request) -> Session:
    """Return the session of an admin. Raises `Problem` for anybody else."""
    session = await operator(request)
    if not session.user.may_administer:
        raise Problem("forbidden", "Only an admin may do this.")
    return session


async def checked(request: Request) -> None:
    """Raise `Problem` unless a changing request carries the token of its page, in a header or a field."""
    given = request.headers.get(CSRF_HEADER)
    if given is None and "form" in request.headers.get("content-type", ""):
        value = (await request.form()).get("csrf_token")
        given = value if isinstance(value, str) else None
    if not csrf_is_right(request, await session_of(request), given):
        raise Problem("bad_csrf", "This page is out of date: load it again and repeat the action.")


async def own_page(request: Request) -> None:
    """Raise `Problem` for a request that another site's page makes."""
    if not is_same_origin(request):
        raise Problem("bad_csrf", "Only Wellspring's own pages may do this.")


def client(request: Request) -> str:
    """Return what the requests of this client are counted by."""
    return client_of(request.client.host if request.client else None)
