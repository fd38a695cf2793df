"""What a form or a program says of a user, a token or a device, and what is wrong with it."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from .access import LONGEST_PASSWORD, LONGEST_USERNAME, SHORTEST_PASSWORD
from .scopes import Scope, of_role
from .text import is_storable

ROLES = ("viewer", "operator", "admin")
LONGEST_NAME = 100
LONGEST_LIFE_DAYS = 3650
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password() -> str:
    """Return a password that can be read out: four groups without letters that look alike."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def user_errors(username: str, role: str) -> dict[str, str]:
    """Return a message key for each field of a new user that won't do."""
    errors: dict[str, str] = {}
    if not username.strip():
        errors["username"] = "required"
    elif len(username.strip()) > LONGEST_USERNAME:
        errors["username"] = "too_long"
    elif not is_storable(username):
        errors["username"] = "other"
    if role not in ROLES:
        errors["role"] = "unknown_choice"
    return errors


def password_errors(password: str, again: str | None = None) -> dict[str, str]:
    """Return a message key for each field of a new password that won't do."""
    if len(password) < SHORTEST_PASSWORD:
        return {"password": "password_short"}
    if len(password) > LONGEST_PASSWORD:
        return {"password": "too_long"}
    if not is_storable(password):
        return {"password": "other"}
    return {"password2": "passwords_differ"} if again is not None and again != password else {}


@dataclass(frozen=True)
class KeyForm:
    """A token or a device that is to be made."""

    name: str
    scopes: tuple[str, ...] = ()
    days: int | None = None


def key_errors(form: KeyForm, *, role: str | None) -> dict[str, str]:
    """Return a message key for each field that won't do. With a `role` scopes count, too."""
    errors: dict[str, str] = {}
    if not form.name.strip():
        errors["name"] = "required"
    elif len(form.name.strip()) > LONGEST_NAME:
        errors["name"] = "too_long"
    elif not is_storable(form.name):
        errors["name"] = "other"
    if role is not None and (not form.scopes or not set(form.scopes) <= of_role(role)):
        errors["scopes"] = "unknown_choice"
    if form.days is not None and not 1 <= form.days <= LONGEST_LIFE_DAYS:
        errors["days"] = "out_of_range"
    return errors


def scopes_for(role: str) -> list[str]:
    """Return the scopes that somebody of a role may give to a token, the narrowest first."""
    return [scope.value for scope in Scope if scope in of_role(role)]


def known_scopes(names: Iterable[str]) -> tuple[str, ...]:
    """Return scopes without repetition, in the order in which they widen."""
    wanted = set(names)
    ordered = [scope.value for scope in Scope if scope.value in wanted]
    return (*ordered, *sorted(wanted - set(ordered)))
