"""Passwords, roles, the throttle, and where a sign-in may lead."""

import pytest

from wellspring_gateway.domain.access import User, account_errors, is_throttled, safe_next

GOOD = "a long sentence"


@pytest.mark.parametrize(
    ("username", "password", "again", "errors"),
    [
        ("ada", GOOD, GOOD, {}),
        ("ada", "0123456789", "0123456789", {}),
        ("ada", "012345678", "012345678", {"password": "password_short"}),
        ("ada", "", "", {"password": "password_short"}),
        ("ada", "x" * 200, "x" * 200, {}),
        ("ada", "x" * 201, "x" * 201, {"password": "too_long"}),
        ("ada", GOOD, GOOD + "!", {"password2": "passwords_differ"}),
        ("", GOOD, GOOD, {"username": "required"}),
        ("   ", GOOD, GOOD, {"username": "required"}),
        ("u" * 64, GOOD, GOOD, {}),
        ("u" * 65, GOOD, GOOD, {"username": "too_long"}),
        ("a\x00b", GOOD, GOOD, {"username": "other"}),
        ("a\ud800b", GOOD, GOOD, {"username": "other"}),
        ("ada", GOOD + "\ud800", GOOD + "\ud800", {"password": "other"}),
        ("", "short", "", {"username": "required", "password": "password_short"}),
    ],
)
def test_a_new_account_needs_a_name_and_a_password_of_ten_characters(
    username: str, password: str, again: str, errors: dict[str, str]
) -> None:
    assert account_errors(username, password, again) == errors


@pytest.mark.parametrize(
    ("role", "operates", "administers"),
    [("admin", True, True), ("operator", True, False), ("viewer", False, False), ("", False, False)],
)
def test_roles_allow_what_they_say(role: str, operates: bool, administers: bool) -> None:
    user = User(1, "ada", role)
    assert (user.may_operate, user.may_administer) == (operates, administers)


@pytest.mark.parametrize(
    ("by_user", "by_client", "throttled"),
    [(0, 0, False), (9, 29, False), (10, 0, True), (0, 30, True)],
)
def test_ten_failures_of_a_user_or_thirty_of_a_client_close_the_door(
    by_user: int, by_client: int, throttled: bool
) -> None:
    assert is_throttled(by_user=by_user, by_client=by_client) is throttled


@pytest.mark.parametrize(
    "path", ["/", "/admin", "/title/x?page=2#top", "/player?show=The Glory&ep=1", "/título"]
)
def test_a_path_of_our_own_is_gone_on_to(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "admin",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/x\\..\\evil",
        "https://evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        " //evil.example",
        "\t//evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\nSet-Cookie: a=b",
        "/\x00",
        "/\u2028/evil.example",
        "@evil.example",
    ],
)
def test_whatever_could_leave_this_site_leads_home(target: str | None) -> None:
    assert safe_next(target) == "/"
