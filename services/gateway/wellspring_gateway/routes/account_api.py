"""The API of one's own account: password, API tokens, devices."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from ..domain.access import LONGEST_PASSWORD, Session
from ..domain.accounts import (
    LONGEST_LIFE_DAYS,
    LONGEST_NAME,
    KeyForm,
    api_token,
    device_key,
    known_scopes,
    password_errors,
)
from ..domain.budgets import Budget
from ..domain.documents.accounts import (
    Account,
    Device,
    DeviceList,
    DeviceMade,
    PasswordChanged,
    Token,
    TokenList,
    TokenMade,
)
from ..domain.scopes import Scope
from ..door import door_of
from ..members import change_password, make_device, make_token
from ..ports.answers import Keep
from ..ports.tokens import TokenRow
from .access import keep
from .deeds import told
from .guards import checked, owner, within
from .problems import Problem
from .v1.answers import Key, once_in_secret, stored
from .view import base_url

router = APIRouter(prefix="/api/v1", tags=["account"])

RowId = Annotated[int, Path(ge=1, lt=2**63)]
WORDS = {
    "required": "is required",
    "too_long": "is too long",
    "other": "holds a character that can't be kept",
    "unknown_choice": "is none of those that your account may choose",
    "out_of_range": "is out of range",
    "password_short": "is too short: at least 10 characters",
    "name_taken": "is taken",
    "wrong_password": "is not your current one",
}


class NewToken(BaseModel):
    """A token for a program: it may what its scopes say, and never more than its owner."""

    name: str = Field(max_length=LONGEST_NAME, examples=["backup script"])
    scopes: list[Literal["read", "play", "scrape", "operate", "admin"]] = Field(examples=[["read"]])
    days: Annotated[int, Field(ge=1, le=LONGEST_LIFE_DAYS)] | None = None
    """How long it is good for. Without it, until it is revoked."""


class NewDevice(BaseModel):
    """A player that cannot sign in."""

    name: str = Field(max_length=LONGEST_NAME, examples=["living room"])


class NewPassword(BaseModel):
    """A password of one's own, with the one that it replaces."""

    current: str = Field(default="", max_length=LONGEST_PASSWORD)
    password: str = Field(max_length=LONGEST_PASSWORD, examples=["a long sentence"])


def refused(errors: Any) -> Problem:
    """Return the problem of fields that won't do."""
    wrong = [
        {"field": name, "code": key, "detail": f"{name} {WORDS.get(key, 'will not do')}"}
        for name, key in errors.items()
    ]
    return Problem("invalid", "; ".join(each["detail"] for each in wrong), errors=wrong)


def addresses(request: Request, token: str) -> dict[str, str]:
    """Return the ready addresses of a device: they hold its token, and are shown once."""
    base = f"{base_url(request)}/u/{token}"
    return {"m3u": f"{base}/export/library.m3u", "stremio": f"{base}/stremio/manifest.json"}


@router.get("/account")
async def account(request: Request) -> Account:
    """Return who is signed in, and how."""
    session = await owner(request, only_look=True)
    scopes = [scope.value for scope in Scope if session.may(scope)]
    user = session.user
    said = {"id": user.id, "username": user.username, "role": user.role, "via": session.via}
    return Account.model_validate({**said, "scopes": scopes})


@router.post("/account/password", response_model=PasswordChanged)
async def password(request: Request, wanted: NewPassword) -> Response:
    """Change one's own password. All other sessions end: the answer sets a new one."""
    session = await owner(request, settling=True)
    await checked(request)
    await within(request, Budget.LOGIN)
    if errors := password_errors(wanted.password):
        raise refused(errors)
    opened = await change_password(door_of(request), session, wanted.current, wanted.password)
    if opened is None:
        raise refused({"current": "wrong_password"})
    told(request, "password.changed", session.user.username)
    response = JSONResponse({"csrf_token": opened[1].csrf_token})
    keep(request, response, opened[0])
    return response


@router.post("/account/sign-out", status_code=204)
async def sign_out_everywhere(request: Request) -> Response:
    """End every session of one's own, this one too. Tokens and devices stay."""
    session = await owner(request, settling=True)
    await checked(request)
    ended = await door_of(request).accounts.users.sign_out(session.user.id)
    told(request, "signed_out.everywhere", session.user.username, sessions=ended)
    return Response(status_code=204)


@router.get("/tokens")
async def tokens(request: Request) -> TokenList:
    """Return one's own API tokens, the newest first: never the tokens themselves."""
    session = await owner(request)
    found = await door_of(request).accounts.keys.tokens(session.user.id)
    return TokenList(tokens=[Token.model_validate(row) for row in found])


@router.post("/tokens", status_code=201)
async def add_token(request: Request, wanted: NewToken, key: Key = None) -> TokenMade:
    """Make an API token. Its secret is in this answer, and nowhere after it."""
    session = await owner(request)
    await checked(request)
    form = KeyForm(wanted.name, known_scopes(wanted.scopes), wanted.days)
    repeated = once_in_secret(request, session, key, wanted)
    seed = repeated.seed()

    async def make(keep: Keep | None) -> TokenRow:
        return _made(await make_token(door_of(request), session, form, seed=seed, keep=keep))

    token = stored(await repeated.made(Token, make))
    told(request, "token.made", token.name, scopes=list(token.scopes))
    return TokenMade.model_validate({**vars(token), "token": api_token(seed)})


@router.delete("/tokens/{token_id}", status_code=204)
async def revoke_token(request: Request, token_id: RowId) -> Response:
    """End one of one's own API tokens at once."""
    session = await owner(request)
    await checked(request)
    return _ended(request, "token.revoked", await _revoke(request, session, "token", token_id))


@router.get("/devices")
async def devices(request: Request) -> DeviceList:
    """Return one's own devices, the newest first."""
    session = await owner(request)
    found = await door_of(request).accounts.keys.devices(session.user.id)
    return DeviceList(devices=[Device.model_validate(row) for row in found])


@router.post("/devices", status_code=201)
async def add_device(request: Request, wanted: NewDevice, key: Key = None) -> DeviceMade:
    """Make a device's token. It and the addresses that hold it are in this answer, and nowhere after it."""
    session = await owner(request)
    await checked(request)
    repeated = once_in_secret(request, session, key, wanted)
    seed = repeated.seed()

    async def make(keep: Keep | None) -> TokenRow:
        form = KeyForm(wanted.name)
        return _made(await make_device(door_of(request), session, form, seed=seed, keep=keep))

    row, token = stored(await repeated.made(Device, make)), device_key(seed)
    told(request, "device.made", row.name)
    return DeviceMade.model_validate({**vars(row), "token": token, "addresses": addresses(request, token)})


@router.delete("/devices/{device_id}", status_code=204)
async def revoke_device(request: Request, device_id: RowId) -> Response:
    """End the token of one of one's own devices at once."""
    session = await owner(request)
    await checked(request)
    return _ended(request, "device.revoked", await _revoke(request, session, "device", device_id))


def _made(made: tuple[TokenRow, str] | Mapping[str, str]) -> TokenRow:
    if not isinstance(made, tuple):
        raise refused(made)
    return made[0]


async def _revoke(request: Request, session: Session, kind: str, row_id: int) -> str | None:
    door = door_of(request)
    keys, now = door.accounts.keys, door.clock.now()
    revoke = keys.revoke_token if kind == "token" else keys.revoke_device
    return await revoke(session.user.id, row_id, now=now)


def _ended(request: Request, action: str, name: str | None) -> Response:
    if name is None:
        raise Problem("not_found", "You have none with this number, or it was revoked already.")
    told(request, action, name)
    return Response(status_code=204)
