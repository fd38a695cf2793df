"""An attempt to sign in elsewhere, and what of the answer is believed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_gateway.domain.oidc import Flow, person_of, wrong_claim

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ISSUER, CLIENT, NONCE = "https://id.example", "wellspring", "a-nonce"
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": CLIENT,
    "sub": "s-1",
    "nonce": NONCE,
    "iat": NOW.timestamp(),
    "exp": NOW.timestamp() + 300,
}


def wrong(**changes: Any) -> str | None:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return wrong_claim(claims, issuer=ISSUER, client_id=CLIENT, nonce=NONCE, now=NOW)


def test_a_token_that_is_all_right_is_believed() -> None:
    assert wrong() is None
    assert wrong(aud=[CLIENT]) is None
    assert wrong(aud=[CLIENT, "another"], azp=CLIENT) is None
    assert wrong(exp=NOW.timestamp() - 59) is None  # clocks differ


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", f"{ISSUER}/"),
        ("iss", None),
        ("aud", "another"),
        ("aud", None),
        ("aud", []),
        ("azp", "another"),
        ("exp", NOW.timestamp() - 61),
        ("exp", 1e300),
        ("exp", True),
        ("exp", None),
        ("iat", NOW.timestamp() + 61),
        ("iat", None),
        ("nbf", NOW.timestamp() + 61),
        ("nbf", "x"),
        ("nonce", "another"),
        ("nonce", 7),
        ("nonce", None),
        ("sub", ""),
        ("sub", "a\x00"),
        ("sub", "x" * 256),
        ("sub", None),
    ],
)
def test_each_claim_that_is_not_right_is_named(claim: str, value: Any) -> None:
    assert wrong(**{claim: value}) == claim


def test_an_attempt_comes_back_whole_within_ten_minutes() -> None:
    flow = Flow.begin("/watch/1", now=NOW)
    packed = flow.packed()
    assert Flow.unpacked(packed, now=NOW + timedelta(minutes=10)) == flow
    assert Flow.unpacked(packed, now=NOW + timedelta(minutes=10, seconds=1)) is None
    assert Flow.unpacked(packed, now=NOW - timedelta(seconds=1)) is None
    assert flow.is_of(flow.state)
    assert not flow.is_of("")
    assert len({flow.state, flow.nonce, flow.verifier, flow.challenge}) == 4
    assert len(flow.verifier) >= 43


@given(st.text(max_size=80))
def test_no_cookie_makes_an_attempt_out_of_nothing(text: str) -> None:
    assert Flow.unpacked(text, now=NOW) is None


def test_the_challenge_is_the_one_of_the_standard() -> None:
    # RFC 7636, appendix B
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert Flow("s", "n", verifier, "/", 0).challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("claims", "username", "may_link"),
    [
        ({"preferred_username": "ada"}, "ada", False),
        ({"preferred_username": " ada "}, "ada", False),
        ({"preferred_username": "", "email": "a@b.c", "email_verified": True}, "a@b.c", True),
        ({"email": "a@b.c", "email_verified": "true"}, "s-1", False),
        ({"email": "a@b.c"}, "s-1", False),
        ({"preferred_username": "x" * 65}, "s-1", False),
        ({"preferred_username": "a\x00"}, "s-1", False),
        ({"sub": "x" * 65}, "user-", False),
    ],
)
def test_a_name_is_only_linked_where_the_provider_vouches_for_it(
    claims: dict[str, Any], username: str, *, may_link: bool
) -> None:
    person = person_of(
        {"sub": "s-1", **claims},
        username_claim="preferred_username",
        groups_claim="groups",
        trust_names=False,
    )
    assert person.username.startswith(username)
    assert person.may_link is may_link


def test_names_are_trusted_and_groups_read_as_the_operator_says() -> None:
    claims = {"sub": "s", "nick": "ada", "roles": ["a", 7, "b"]}
    person = person_of(claims, username_claim="nick", groups_claim="roles", trust_names=True)
    assert (person.username, person.groups, person.may_link) == ("ada", ("a", "b"), True)
    one = person_of(claims | {"roles": "a"}, username_claim="nick", groups_claim="roles", trust_names=True)
    assert one.groups == ("a",)
    odd = person_of(
        claims | {"roles": {"a": 1}}, username_claim="nick", groups_claim="roles", trust_names=True
    )
    assert odd.groups == ()
