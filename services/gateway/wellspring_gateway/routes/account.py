"""The page of one's own account, and the way in of somebody who was invited."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from ..domain.access import LONGEST_PASSWORD, Session
from ..domain.accounts import KeyForm, known_scopes, password_errors, scopes_for
from ..domain.budgets import Budget
from ..domain.codes import install_address, is_only_here, qr_svg
from ..door import door_of
from ..members import change_password, make_device, make_token
from ..ports.tokens import TokenRow
from .access import keep
from .account_api import RowId, addresses
from .deeds import told, will_tell
from .guards import checked, owner, within
from .problems import Problem
from .view import drop_cookie, page, wishes_of

LIVES = (30, 90, 365)
_LONGEST_LINK = 200

router = APIRouter(include_in_schema=False)


@router.get("/account")
async def account_page(
    request: Request,
    saved: bool = False,  # noqa: FBT001, FBT002
    kept: bool = False,  # noqa: FBT001, FBT002
) -> Response:
    """Show one's own account."""
    return await _page(request, await owner(request, settling=True), saved=saved, kept=kept)


@router.post("/account/password")
async def password(request: Request) -> Response:
    """Change one's own password: every other session ends."""
    session = await owner(request, settling=True)
    await checked(request)
    await within(request, Budget.LOGIN)
    fields = await _fields(request)
    errors = password_errors(fields.get("password", ""), fields.get("password2", ""))
    opened = None
    if not errors:
        current = fields.get("current", "")[:LONGEST_PASSWORD]
        opened = await change_password(door_of(request), session, current, fields["password"])
        errors = {} if opened is not None else {"current": "wrong_password"}
    if opened is None:
        return await _page(request, session, errors=errors, status=422)
    told(request, "password.changed", session.user.username)
    response = RedirectResponse("/account?saved=true", status_code=303)
    keep(request, response, opened[0])
    return response


@router.post("/account/sign-out")
async def sign_out(request: Request) -> Response:
    """End every session of one's own."""
    session = await owner(request, settling=True)
    await checked(request)
    ended = await door_of(request).accounts.users.sign_out(session.user.id)
    told(request, "signed_out.everywhere", session.user.username, sessions=ended)
    response = RedirectResponse("/login", status_code=303)
    drop_cookie(request, response, "ws_session")
    return response


@router.post("/account/tokens")
async def token(request: Request) -> Response:
    """Make an API token and show it, this once."""
    session = await owner(request)
    await checked(request)
    form = await request.form()
    days = str(form.get("days") or "")
    wanted = KeyForm(
        str(form.get("name") or ""),
        known_scopes(str(each) for each in form.getlist("scopes")),
        int(days) if days.isascii() and days.isdigit() and len(days) < len("10000") else None,
    )
    made = await make_token(door_of(request), session, wanted)
    if not isinstance(made, tuple):
        errors = {("token_name" if name == "name" else name): key for name, key in made.items()}
        return await _page(request, session, errors=errors, entered=wanted, status=422)
    told(request, "token.made", made[0].name, scopes=list(made[0].scopes))
    return await _page(request, session, made={"row": made[0], "token": made[1], "kind": "token"})


@router.post("/account/devices")
async def device(request: Request) -> Response:
    """Make a device's token and show it with its addresses, this once."""
    session = await owner(request)
    await checked(request)
    made = await make_device(door_of(request), session, KeyForm((await _fields(request)).get("name", "")))
    if not isinstance(made, tuple):
        return await _page(request, session, errors={"device_name": made["name"]}, status=422)
    told(request, "device.made", made[0].name)
    ready = addresses(request, made[1])
    shown = {"row": made[0], "token": made[1], "kind": "device", "addresses": ready}
    opened = {"m3u": ready["m3u"], "stremio": install_address(ready["stremio"])}
    return await _page(
        request,
        session,
        made={
            **shown,
            "codes": {name: Markup(qr_svg(address)) for name, address in opened.items()},  # noqa: S704  (drawn here)
            "opened": opened,
            "only_here": is_only_here(ready["m3u"]),
        },
    )


@router.post("/account/{kind}/{row_id}/revoke")
async def revoke(request: Request, kind: str, row_id: RowId) -> Response:
    """End one of one's own tokens or devices."""
    session = await owner(request)
    await checked(request)
    door = door_of(request)
    ends = {"tokens": door.accounts.keys.revoke_token, "devices": door.accounts.keys.revoke_device}
    if kind not in ends:
        raise Problem("not_found", "There is nothing at this address.")
    name = await ends[kind](session.user.id, row_id, now=door.clock.now())
    if name is not None:
        told(request, f"{kind.removesuffix('s')}.revoked", name)
    return RedirectResponse(f"/account#{kind}", status_code=303)


@router.get("/invite")
async def invite_page(request: Request, token: str = "") -> Response:
    """Show the form that a link opens once."""
    return await _invite(request, token[:_LONGEST_LINK], errors={})


@router.post("/invite")
async def invite(request: Request) -> Response:
    """Set the password that the link allows to set, and sign in."""
    await checked(request)
    await within(request, Budget.LOGIN)
    fields, door = await _fields(request), door_of(request)
    secret = fields.get("token", "")[:_LONGEST_LINK]
    if errors := password_errors(fields.get("password", ""), fields.get("password2", "")):
        return await _invite(request, secret, errors=errors, status=422)
    now = door.clock.now()
    if await door.accounts.users.invited(secret, now=now) is None:
        return await _invite(request, secret, errors={})
    will_tell(request, "invitation.used")
    user = await door.accounts.users.redeem(secret, await door.passwords.hash(fields["password"]), now=now)
    if user is None:
        return await _invite(request, secret, errors={})
    opened, session = await door.access.open_session(user.settled(), now=now, life=door.settings.session_life)
    await door.accounts.users.signed_in(user.id, now=now)
    told(request, "invitation.used", user.username, by=session)
    response = RedirectResponse("/", status_code=303)
    keep(request, response, opened)
    return response


async def _invite(request: Request, secret: str, *, errors: Mapping[str, str], status: int = 200) -> Response:
    door = door_of(request)
    user = await door.accounts.users.invited(secret, now=door.clock.now()) if secret else None
    context = {"invited": user, "errors": errors, "token": secret}
    return await page(request, "invite.html", context, status=status if user is not None else 403)


async def _page(
    request: Request,
    session: Session,
    *,
    errors: Mapping[str, str] | None = None,
    entered: KeyForm | None = None,
    made: Mapping[str, Any] | None = None,
    saved: bool = False,
    kept: bool = False,
    status: int = 200,
) -> Response:
    door, user = door_of(request), session.user
    row = await door.accounts.users.one(user.id)
    tokens: list[TokenRow] = await door.accounts.keys.tokens(user.id)
    context = {
        "errors": errors or {},
        "entered": entered or KeyForm("", ("read",)),
        "made": made,
        "saved": saved,
        "kept": kept,
        "wishes": await wishes_of(request, session),
        "me": user,
        "must_change": user.must_change,
        "has_password": row is not None and row.has_password,
        "is_proxy": session.via == "proxy",
        "tokens": tokens,
        "devices": await door.accounts.keys.devices(user.id),
        "scopes": scopes_for(user.role),
        "lives": LIVES,
    }
    return await page(request, "account.html", context, status=status)


async def _fields(request: Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.form()).items()}
