"""What tokens may do, by their scopes and their owner's role, and what may be logged of their addresses."""

import pytest

from wellspring_gateway.domain.access import Session, User, device_token, without_secrets
from wellspring_gateway.domain.scopes import Scope, granted, of_role

EVERY = {"read", "play", "scrape", "operate", "admin"}
WATCHING = {"read", "play", "scrape"}
OPERATING = WATCHING | {"operate"}


@pytest.mark.parametrize(
    ("role", "asked", "may"),
    [
        ("admin", EVERY, EVERY),
        ("admin", {"admin"}, EVERY),
        ("admin", {"operate"}, OPERATING),
        ("admin", {"play"}, {"play", "read"}),
        ("admin", {"scrape"}, {"scrape", "read"}),
        ("admin", {"read"}, {"read"}),
        ("admin", set(), set()),
        ("operator", {"admin"}, OPERATING),
        ("viewer", EVERY, WATCHING),
        ("viewer", {"operate"}, WATCHING),
        ("viewer", {"read", "fly"}, {"read"}),
        ("nobody", EVERY, set()),
    ],
)
def test_a_token_may_what_it_was_made_for_and_its_owner_may(
    role: str, asked: set[str], may: set[str]
) -> None:
    session = Session(User(1, "ada", role), "", "token", frozenset(asked))
    assert granted(role, asked) == may
    assert {scope.value for scope in Scope if session.may(scope)} == may


@pytest.mark.parametrize(("role", "may"), [("admin", EVERY), ("operator", OPERATING), ("viewer", WATCHING)])
def test_a_browser_that_is_signed_in_may_all_that_its_user_may(role: str, may: set[str]) -> None:
    assert of_role(role) == may
    assert {scope.value for scope in Scope if Session(User(1, "ada", role), "c").may(scope)} == may


def test_a_password_that_somebody_else_made_opens_nothing() -> None:
    session = Session(User(1, "ada", "admin", must_change=True), "c")
    assert not any(session.may(scope) for scope in Scope)


@pytest.mark.parametrize(
    ("path", "token", "logged"),
    [
        ("/u/wsd_secret/w/1/720/a.mp4", "wsd_secret", "/u/…/w/1/720/a.mp4"),
        ("/u/wsd_secret", "wsd_secret", "/u/…/"),
        ("/u/", "", "/u/…/"),
        ("/u", None, "/u"),
        ("/watch/1", None, "/watch/1"),
        ("/users/u/x", None, "/users/u/x"),
    ],
)
def test_a_device_s_token_is_read_from_its_address_and_never_logged(
    path: str, token: str | None, logged: str
) -> None:
    assert device_token(path) == token
    assert without_secrets(path) == logged
