"""What a form or a program says of a user, a token or a device, and what is wrong with it."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from .access import API_PREFIX, DEVICE_PREFIX, LONGEST_PASSWORD, LONGEST_USERNAME, SHORTEST_PASSWORD
from .scopes import Scope, of_role
from .text import is_storable

ROLES = ("viewer", "operator", "admin")
LONGEST_NAME = 100
LONGEST_LIFE_DAYS = 3650
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password(seed: bytes) -> str:
    """Return a password that can be read out: four groups without letters that look alike.

    `seed` is 32 bytes that nobody can guess: the same ones make the same password.
    """
    left, letters = int.from_bytes(seed), ""
    for _ in range(20):
        left, one = divmod(left, len(_LETTERS))
        letters += _LETTERS[one]
    return "-".join(letters[at : at + 5] for at in range(0, 20, 5))


def secret_text(seed: bytes, size: int = 32) -> str:
    """Return a secret of so many random bytes as text for addresses and headers."""
    return urlsafe_b64encode(seed[:size]).rstrip(b"=").decode()


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


def api_token(seed: bytes) -> str:
    """Return the API token that 32 secret bytes make."""
    return API_PREFIX + secret_text(seed)


def device_key(seed: bytes) -> str:
    """Return the device's token that 32 secret bytes make: short, since it is a part of addresses."""
    return DEVICE_PREFIX + secret_text(seed, 24)


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
