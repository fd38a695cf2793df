"""Signing in and out, and the first run."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from ..domain.access import LONGEST_PASSWORD, LONGEST_USERNAME, account_errors, missing_fields, safe_next
from ..domain.budgets import Budget
from ..door import Door, door_of
from ..sign_in import SignInThrottledError, sign_in
from .deeds import told, will_tell
from .guards import checked, client, own_page, within
from .problems import Problem
from .view import cookie_name, drop_cookie, page, session_of, set_cookie

router = APIRouter()

_THROTTLED = "Too many failed sign-ins. Wait a quarter of an hour and try again."


class Credentials(BaseModel):
    """A user name and a password."""

    username: str = Field(max_length=LONGEST_USERNAME, examples=["operator"])
    password: str = Field(max_length=LONGEST_PASSWORD, examples=["a long sentence"])


class SessionOpened(BaseModel):
    """The cookie is set: send the token as `X-CSRF-Token` with every change."""

    username: str
    role: str
    csrf_token: str


class SetupNeeded(BaseModel):
    """Whether the first user is still to be made."""

    needed: bool


@router.post("/api/v1/session", tags=["access"])
async def open_session(request: Request, response: Response, credentials: Credentials) -> SessionOpened:
    """Sign in from a program. The answer sets the session's cookie."""
    await own_page(request)
    await within(request, Budget.LOGIN)
    door = door_of(request)
    try:
        opened = await sign_in(door, credentials.username, credentials.password, client=client(request))
    except SignInThrottledError:
        raise Problem("throttled_login", _THROTTLED, retry_after=900) from None
    if opened is None:
        told(request, "sign_in.refused", credentials.username)
        raise Problem("bad_credentials", "That user name and password do not match.")
    secret, session = opened
    told(request, "signed_in", by=session)
    keep(request, response, secret)
    return SessionOpened(
        username=session.user.username, role=session.user.role, csrf_token=session.csrf_token
    )


@router.get("/api/v1/setup", tags=["access"])
async def setup_needed(request: Request) -> SetupNeeded:
    """Say whether this Wellspring still needs its first user."""
    return SetupNeeded(needed=not await door_of(request).access.any_user())


@router.get("/login", include_in_schema=False)
async def login_page(request: Request, next: str = "") -> Response:  # noqa: A002  (the query's name)
    """Show the sign-in form, unless whoever asks is signed in already."""
    session, target = await session_of(request), safe_next(next)
    if session is not None:
        return RedirectResponse("/account" if session.user.must_change else target, status_code=303)
    return await page(request, "login.html", {"error": None, "next": target, **_provider(door_of(request))})


@router.post("/login", include_in_schema=False)
async def login(
    request: Request,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",  # noqa: A002  (the form's name)
) -> Response:
    """Sign in from the form."""
    await checked(request)
    await within(request, Budget.LOGIN)
    door, target = door_of(request), safe_next(next)
    error, status = "bad_credentials", 401
    entered = {"username": username[:LONGEST_USERNAME], "next": target, **_provider(door)}
    if missing := missing_fields(username=username, password=password):
        return await page(request, "login.html", {"error": None, "errors": missing, **entered}, status=422)
    try:
        opened = await sign_in(
            door, username[:LONGEST_USERNAME], password[:LONGEST_PASSWORD], client=client(request)
        )
    except SignInThrottledError:
        opened, error, status = None, "throttled_login", 429
    if opened is None:
        told(request, "sign_in.refused", username[:LONGEST_USERNAME])
        return await page(request, "login.html", {"error": error, **entered}, status=status)
    told(request, "signed_in", by=opened[1])
    response = RedirectResponse("/account" if opened[1].user.must_change else target, status_code=303)
    keep(request, response, opened[0])
    return response


@router.post("/logout", include_in_schema=False)
async def logout(request: Request) -> Response:
    """Sign out."""
    await checked(request)
    door = door_of(request)
    name = cookie_name(request, "ws_session")
    if secret := request.cookies.get(name):
        if await session_of(request) is not None:
            told(request, "signed_out")
        await door.access.close_session(secret)
    response = RedirectResponse("/", status_code=303)
    drop_cookie(request, response, "ws_session")
    return response


@router.get("/setup", include_in_schema=False)
async def setup_page(request: Request, token: str = "") -> Response:
    """Show the first-run form to whoever has the one-time link."""
    if not await _may_set_up(door_of(request), token):
        return await page(request, "setup.html", {"invalid_token": True, "errors": {}}, status=403)
    return await page(request, "setup.html", {"invalid_token": False, "errors": {}, "token": token})


@router.post("/setup", include_in_schema=False)
async def setup(
    request: Request,
    token: Annotated[str, Form()] = "",
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    password2: Annotated[str, Form()] = "",
) -> Response:
    """Make the first user and sign them in."""
    await checked(request)
    door = door_of(request)
    if not await _may_set_up(door, token):
        return await page(request, "setup.html", {"invalid_token": True, "errors": {}}, status=403)
    errors = account_errors(username, password, password2)
    if errors:
        context = {"invalid_token": False, "errors": errors, "token": token, "username": username}
        return await page(request, "setup.html", context, status=422)
    will_tell(request, "user.made")
    user = await door.access.add_first_admin(username, await door.passwords.hash(password))
    if user is None:
        return await page(request, "setup.html", {"invalid_token": True, "errors": {}}, status=403)
    now, life = door.clock.now(), door.settings.session_life
    secret, session = await door.access.open_session(user, now=now, life=life)
    told(request, "user.made", user.username, by=session, role=user.role)
    response = RedirectResponse("/admin", status_code=303)
    keep(request, response, secret)
    return response


async def _may_set_up(door: Door, token: str) -> bool:
    held = door.settings.setup_token
    if held is None or not secrets.compare_digest(held.get_secret_value().encode(), token.encode()):
        return False
    return not await door.access.any_user()


def _provider(door: Door) -> dict[str, str | None]:
    return {"provider": door.accounts.provider.label if door.accounts.provider else None}


def keep(request: Request, response: Response, secret: str) -> None:
    """Have a browser keep the session that it opened."""
    life_s = int(door_of(request).settings.session_life.total_seconds())
    set_cookie(request, response, "ws_session", secret, life_s=life_s)
