"""How people like it: said by a form that works without scripts, and by the API."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..domain.access import Session, safe_next
from ..domain.documents.people import Preferences, PreferencesEdit
from ..domain.preferences import COOKIES, Wishes, cookie_value, shown_to, told_by, wishes_in
from ..door import door_of
from .guards import checked, player, viewer
from .view import YEAR_S, session_of, wishes_of

router = APIRouter()


@router.post("/preferences", include_in_schema=False)
async def by_form(request: Request) -> Response:
    """Remember a language, a theme and what plays by itself."""
    await checked(request)
    form = await request.form()
    # an unticked box sends nothing: the form says "off" before it, and the last word counts
    said = {name: str(form.getlist(name)[-1]) for name in form}
    changes = told_by(said)
    response = RedirectResponse(safe_next(said.get("next")), status_code=303)
    session = await session_of(request)
    if session is not None:
        await door_of(request).accounts.preferences.put(session.user.id, changes)
    _into_cookies(response, changes)
    return response


@router.get("/api/v1/me/preferences", tags=["account"])
async def preferences(request: Request) -> Preferences:
    """Return how you like it: of your account, or of this browser where nobody is signed in."""
    session = await viewer(request)
    return _given(request, session, await wishes_of(request, session))


@router.patch("/api/v1/me/preferences", tags=["account"])
async def edit(request: Request, response: Response, said: PreferencesEdit) -> Preferences:
    """Change how you like it. On an account it holds on every device at once."""
    session = await player(request)
    await checked(request)
    changes = {name: getattr(said, name) for name in said.model_fields_set}
    _into_cookies(response, changes)
    if session is not None:
        kept = await door_of(request).accounts.preferences.put(session.user.id, changes)
        return _given(request, session, kept)
    held = wishes_in(request.cookies)
    return _given(request, None, Wishes(**{**vars(held), **changes}))


def _given(request: Request, session: Session | None, said: Wishes | None) -> Preferences:
    held = wishes_in(request.cookies) if session is None else Wishes()
    shown = shown_to(said, held, None)
    language = (said or held).language
    kept = "browser" if session is None else "account"
    return Preferences.model_validate({**vars(shown), "language": language, "kept": kept})


def _into_cookies(response: Response, changes: Mapping[str, Any]) -> None:
    """Have the browser hold it too: the sign-in page is in the same language. Scripts write these as well."""
    for name, value in changes.items():
        if value is None:
            response.delete_cookie(COOKIES[name], path="/", samesite="lax")
        else:
            cookie = cookie_value(value)
            response.set_cookie(COOKIES[name], cookie, max_age=YEAR_S, path="/", samesite="lax")
