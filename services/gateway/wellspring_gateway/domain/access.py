"""Who may do what, and what a password must be."""

from dataclasses import dataclass
from datetime import timedelta

from .text import is_storable

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_USERNAME = 64
FAILURE_WINDOW = timedelta(minutes=15)
FAILURES_PER_USER = 10
FAILURES_PER_CLIENT = 30
OPERATORS = frozenset({"operator", "admin"})


@dataclass(frozen=True)
class User:
    """Somebody who signed in."""

    id: int
    username: str
    role: str

    @property
    def may_operate(self) -> bool:
        """Return whether this user may change the library."""
        return self.role in OPERATORS

    @property
    def may_administer(self) -> bool:
        """Return whether this user may change settings."""
        return self.role == "admin"


@dataclass(frozen=True)
class Session:
    """A browser that is signed in."""

    user: User
    csrf_token: str


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


def is_throttled(*, by_user: int, by_client: int) -> bool:
    """Return whether so many failures within the window close the door for now."""
    return by_user >= FAILURES_PER_USER or by_client >= FAILURES_PER_CLIENT


def safe_next(target: str | None) -> str:
    """Return a path of our own to go on to: anything that could leave this site becomes `/`."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    return target if target.isprintable() and "\\" not in target else "/"
