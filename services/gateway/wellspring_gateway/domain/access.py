"""Who may do what, and what a password must be."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from .preferences import Wishes
from .scopes import Scope, granted, of_role
from .text import is_storable

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_USERNAME = 64
FAILURE_WINDOW = timedelta(minutes=15)
FAILURES_PER_USER = 10
FAILURES_PER_CLIENT = 30
DEVICE_ROOT = "/u/"
API_PREFIX, DEVICE_PREFIX = "wsp_", "wsd_"
"""How a token says what it is, to us and to whoever looks for leaked secrets."""
OPERATORS = frozenset({"operator", "admin"})


@dataclass(frozen=True)
class User:
    """Somebody who signed in."""

    id: int
    username: str
    role: str
    must_change: bool = False
    """Somebody else made the password: it opens nothing but its own change."""

    @property
    def may_operate(self) -> bool:
        """Return whether this user may change the library."""
        return self.role in OPERATORS

    @property
    def may_administer(self) -> bool:
        """Return whether this user may change settings."""
        return self.role == "admin"

    def settled(self) -> "User":
        """Return the user once their password is their own."""
        return replace(self, must_change=False)


@dataclass(frozen=True)
class Session:
    """A browser that is signed in, or a program or device with a token."""

    user: User
    csrf_token: str
    via: Literal["cookie", "token", "device", "proxy"] = "cookie"
    scopes: frozenset[str] | None = None
    """What a token was made for. Nothing: all that its owner may do."""
    wishes: Wishes | None = None
    """How they like it, where that came along."""

    def may(self, scope: Scope) -> bool:
        """Return whether this session may do such a thing: its owner may, and it was made for it."""
        if self.user.must_change:
            return False
        allowed = of_role(self.user.role) if self.scopes is None else granted(self.user.role, self.scopes)
        return scope in allowed


@dataclass(frozen=True)
class Device:
    """A player that cannot sign in, and carries a token in its addresses instead."""

    id: int
    name: str
    user: User | None
    """Whose device it is. Nobody's, where an operator made it for a household."""


def account_errors(username: str, password: str, again: str) -> dict[str, str]:
    """Return a message key for each field of a new account that won't do."""
    errors: dict[str, str] = {}
    if not username.strip():
        errors["username"] = "required"
    elif len(username) > LONGEST_USERNAME:
        errors["username"] = "too_long"
    elif not is_storable(username):
        errors["username"] = "other"
    if len(password) < SHORTEST_PASSWORD:
        errors["password"] = "password_short"
    elif len(password) > LONGEST_PASSWORD:
        errors["password"] = "too_long"
    elif not is_storable(password):
        errors["password"] = "other"
    elif password != again:
        errors["password2"] = "passwords_differ"
    return errors


def missing_fields(**entered: str) -> dict[str, str]:
    """Return a message key for each field that was left empty."""
    return {name: "required" for name, value in entered.items() if not value.strip()}


def is_throttled(*, by_user: int, by_client: int) -> bool:
    """Return whether so many failures within the window close the door for now."""
    return by_user >= FAILURES_PER_USER or by_client >= FAILURES_PER_CLIENT


def safe_next(target: str | None) -> str:
    """Return a path of our own to go on to: anything that could leave this site becomes `/`."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    return target if target.isprintable() and "\\" not in target else "/"


def without_secrets(path: str) -> str:
    """Return a path as it may be logged: a device's token is a part of its addresses."""
    if not path.startswith(DEVICE_ROOT):
        return path
    return f"{DEVICE_ROOT}…/{path.removeprefix(DEVICE_ROOT).partition('/')[2]}"


def device_token(path: str) -> str | None:
    """Return the device's token in a path, or nothing for a path of no device."""
    return path.removeprefix(DEVICE_ROOT).partition("/")[0] if path.startswith(DEVICE_ROOT) else None
