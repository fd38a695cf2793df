"""What users, tokens and devices go through: the same for pages and for programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from .accounts import LAST_ADMIN, TokenRow, UserRow
from .domain.access import Session
from .domain.accounts import KeyForm, key_errors, one_time_password, user_errors
from .door import Door

INVITE_LIFE = timedelta(days=7)


@dataclass(frozen=True)
class Made:
    """A new user, or one whose way in is new: by a one-time password, or by the secret of a link."""

    user: UserRow
    password: str | None = None
    invite: str | None = None


class LastAdminError(Exception):
    """Nobody could undo that: this is the only admin."""


async def make_user(door: Door, username: str, role: str, *, invite: bool) -> Made | Mapping[str, str]:
    """Make a user who comes in by a one-time password, or by a link. Returns errors by field."""
    if errors := user_errors(username, role):
        return errors
    password = None if invite else one_time_password()
    hashed = await door.passwords.hash(password) if password else None
    users = door.accounts.users
    user = await users.add(username, role, password_hash=hashed, must_change=password is not None)
    if user is None:
        return {"username": "name_taken"}
    secret = await users.invite(user.id, now=door.clock.now(), life=INVITE_LIFE) if invite else None
    return Made(user, password, secret)


async def reset(door: Door, user_id: int, *, invite: bool) -> Made | None:
    """Give somebody a new way in: a one-time password ends their sessions, a link once it is used."""
    users = door.accounts.users
    password = None
    if not invite:
        password = one_time_password()
        await users.set_password(user_id, await door.passwords.hash(password), must_change=True)
    user = await users.one(user_id)
    if user is None:
        return None
    secret = await users.invite(user_id, now=door.clock.now(), life=INVITE_LIFE) if invite else None
    return Made(user, password, secret)


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


async def make_token(door: Door, session: Session, form: KeyForm) -> tuple[TokenRow, str] | Mapping[str, str]:
    """Make an API token of somebody's own. Returns errors by field."""
    if errors := key_errors(form, role=session.user.role):
        return errors
    expires = door.clock.now() + timedelta(days=form.days) if form.days else None
    return await door.accounts.keys.add_token(
        session.user.id, form.name.strip(), form.scopes, expires_at=expires
    )


async def make_device(
    door: Door, session: Session, form: KeyForm
) -> tuple[TokenRow, str] | Mapping[str, str]:
    """Make a device's token of somebody's own. Returns errors by field."""
    if errors := key_errors(form, role=None):
        return errors
    return await door.accounts.keys.add_device(session.user.id, form.name.strip())
