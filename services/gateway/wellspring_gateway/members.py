"""What users, tokens and devices go through: the same for pages and for programs."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from .domain.access import Session
from .domain.accounts import (
    KeyForm,
    api_token,
    device_key,
    key_errors,
    one_time_password,
    secret_text,
    user_errors,
)
from .door import Door
from .ports.answers import Keep
from .ports.tokens import TokenRow
from .ports.users import LAST_ADMIN, Invite, UserRow

INVITE_LIFE = timedelta(days=7)


@dataclass(frozen=True)
class WayIn:
    """How somebody comes in who could not before: by a one-time password, or by the secret of a link."""

    password: str | None = None
    invite: str | None = None

    @classmethod
    def of(cls, seed: bytes, *, invite: bool) -> "WayIn":
        """Return the way in that 32 secret bytes make: the same bytes the same one."""
        return cls(invite=secret_text(seed)) if invite else cls(password=one_time_password(seed))


@dataclass(frozen=True)
class Made:
    """A new user, or one whose way in is new."""

    user: UserRow
    way: WayIn


class LastAdminError(Exception):
    """Nobody could undo that: this is the only admin."""


async def make_user(
    door: Door, username: str, role: str, *, invite: bool, seed: bytes | None = None, keep: Keep | None = None
) -> Made | Mapping[str, str]:
    """Make a user who comes in by a one-time password, or by a link. Returns errors by field."""
    if errors := user_errors(username, role):
        return errors
    way = WayIn.of(seed or _fresh(), invite=invite)
    hashed = await door.passwords.hash(way.password) if way.password else None
    user = await door.accounts.users.add(
        username,
        role,
        password_hash=hashed,
        must_change=way.password is not None,
        invite=_link(door, way),
        keep=keep,
    )
    return Made(user, way) if user is not None else {"username": "name_taken"}


async def reset(door: Door, user_id: int, *, invite: bool) -> Made | None:
    """Give somebody a new way in: a one-time password ends their sessions, a link once it is used."""
    users, way = door.accounts.users, WayIn.of(_fresh(), invite=invite)
    if way.password is not None:
        await users.set_password(user_id, await door.passwords.hash(way.password), must_change=True)
    user = await users.one(user_id)
    if user is None:
        return None
    if (link := _link(door, way)) is not None:
        await users.invite(user_id, link)
    return Made(user, way)


async def change_user(
    door: Door, user_id: int, *, role: str | None = None, disabled: bool | None = None
) -> UserRow | None:
    """Change what a user may do and return them, or nothing. Raises `LastAdminError`."""
    now = door.clock.now()
    changed = await door.accounts.users.change(user_id, now=now, role=role, disabled=disabled)
    if changed == LAST_ADMIN or isinstance(changed, str):
        raise LastAdminError
    return changed


async def change_password(
    door: Door, session: Session, current: str, fresh: str
) -> tuple[str, Session] | None:
    """Set one's own password, and return a new session: all others end. Nothing for a wrong current one."""
    found = await door.access.user_by_name(session.user.username)
    if found is None:
        return None
    if not session.user.must_change:
        right, _ = await door.passwords.verify(found[1], current)
        if not right:
            return None
    hashed = await door.passwords.hash(fresh)
    await door.accounts.users.set_password(session.user.id, hashed, must_change=False)
    return await door.access.open_session(
        found[0].settled(), now=door.clock.now(), life=door.settings.session_life
    )


async def make_token(
    door: Door, session: Session, form: KeyForm, *, seed: bytes | None = None, keep: Keep | None = None
) -> tuple[TokenRow, str] | Mapping[str, str]:
    """Make an API token of somebody's own. Returns errors by field."""
    if errors := key_errors(form, role=session.user.role):
        return errors
    expires = door.clock.now() + timedelta(days=form.days) if form.days else None
    token = api_token(seed or _fresh())
    row = await door.accounts.keys.add_token(
        session.user.id, form.name.strip(), token, form.scopes, expires_at=expires, keep=keep
    )
    return row, token


async def make_device(
    door: Door, session: Session, form: KeyForm, *, seed: bytes | None = None, keep: Keep | None = None
) -> tuple[TokenRow, str] | Mapping[str, str]:
    """Make a device's token of somebody's own. Returns errors by field."""
    if errors := key_errors(form, role=None):
        return errors
    token = device_key(seed or _fresh())
    row = await door.accounts.keys.add_device(session.user.id, form.name.strip(), token, keep=keep)
    return row, token


def _fresh() -> bytes:
    return secrets.token_bytes(32)


def _link(door: Door, way: WayIn) -> Invite | None:
    return Invite(way.invite, door.clock.now() + INVITE_LIFE) if way.invite is not None else None
