"""Signing in at a real provider by OpenID Connect, and every answer that opens nothing."""

import time
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from yarl import URL

from tests.support.oidc import CLIENT, SECRET, LittleProvider, little_provider

from .conftest import Start
from .running import PAGE, Answer, Gateway, Visitor

BACK = "/login/oidc/callback"


@pytest.fixture
async def provider() -> AsyncGenerator[LittleProvider]:
    """Run a provider."""
    async with little_provider() as provider:
        yield provider


@pytest.fixture
async def gateway(start_gateway: Start, provider: LittleProvider) -> Gateway:
    """Run a gateway where people sign in at the provider, and groups make roles."""
    return await start_gateway(
        WELLSPRING_GATEWAY_OIDC_ISSUER=provider.url,
        WELLSPRING_GATEWAY_OIDC_CLIENT_ID=CLIENT,
        WELLSPRING_GATEWAY_OIDC_CLIENT_SECRET=SECRET,
        WELLSPRING_GATEWAY_OIDC_LABEL="Our Door",
        WELLSPRING_GATEWAY_ADMIN_GROUPS="admins",
        WELLSPRING_GATEWAY_OPERATOR_GROUPS="staff",
    )


async def there_and_back(visitor: Visitor, *, target: str = "/admin") -> Answer:
    """Follow the button to the provider and back, as a browser does."""
    begun = await visitor.page(f"/login/oidc?next={target}")
    assert begun.status == 303, begun.text
    return await visitor.page(await callback(visitor, begun.headers["Location"]))


async def callback(visitor: Visitor, there: str) -> str:
    """Let the provider answer and return where it sends the browser."""
    async with visitor.session.get(URL(there, encoded=True), allow_redirects=False) as answer:
        assert answer.status == 302
        return answer.headers["Location"].removeprefix(visitor.url)


async def test_somebody_new_comes_in_with_the_role_of_their_groups(
    gateway: Gateway, provider: LittleProvider
) -> None:
    visitor = await gateway.visitor()
    page = (await visitor.page("/login?next=/admin")).text
    assert 'href="/login/oidc?next=/admin"' in page
    assert "Sign in with Our Door" in page
    provider.person["groups"] = ["staff", "others"]
    answer = await there_and_back(visitor)
    assert (answer.status, answer.headers["Location"]) == (303, "/admin")
    assert not answer.cookies["ws_oidc"].value
    account = (await visitor.get("/api/v1/account")).json
    assert (account["username"], account["role"]) == ("grace", "operator")
    # the same person under another name and in another group is still the same person
    provider.person |= {"preferred_username": "grace.hopper", "groups": ["admins"]}
    again = await gateway.visitor()
    assert (await there_and_back(again)).status == 303
    now = (await again.get("/api/v1/account")).json
    assert (now["id"], now["role"]) == (account["id"], "admin")
    assert await gateway.sql.fetchval("select array_agg(action order by id) from access.audit") == [
        "signed_in",
        "signed_in",
    ]


EXPIRED, LATER = int(time.time()) - 3600, int(time.time()) + 3600


LIES: dict[str, dict[str, Any]] = {
    "the nonce of another attempt": {"lies": {"nonce": "another"}},
    "no nonce": {"lies": {"nonce": None}},
    "another issuer": {"lies": {"iss": "https://elsewhere.example"}},
    "for another client": {"lies": {"aud": "another client"}},
    "for several, without saying whom": {"lies": {"aud": [CLIENT, "another"]}},
    "made for another": {"lies": {"azp": "another"}},
    "expired": {"lies": {"exp": EXPIRED}},
    "without an end": {"lies": {"exp": None}},
    "an end that is no moment": {"lies": {"exp": "soon"}},
    "from the future": {"lies": {"iat": LATER}},
    "not yet good": {"lies": {"nbf": LATER}},
    "about nobody": {"lies": {"sub": None}},
    "not signed": {"header": {"alg": "none"}},
    "signed by a secret": {"header": {"alg": "HS256"}},
    "signed by another key": {"signs_with": 2},
    "signed by another key under a known name": {"signs_with": 2, "header": {"kid": "k1"}},
    "the person said no": {"refuses": "access_denied"},
}


async def test_an_answer_that_does_not_hold_opens_nothing(gateway: Gateway, provider: LittleProvider) -> None:
    visitor, honest = await gateway.visitor(), dict(vars(provider))
    for because, changes in LIES.items():
        for name, value in {**honest, **changes}.items():
            setattr(provider, name, value)
        answer = await there_and_back(visitor)
        assert answer.status == 403, because
        assert "Signing in there did not work" in answer.text
        assert "ws_session" not in answer.cookies
    assert await gateway.count("access.users") == await gateway.count("access.sessions") == 0
    actions = await gateway.sql.fetch("select action from access.audit")
    assert [row["action"] for row in actions] == ["sign_in.refused"] * len(LIES)


async def test_another_provider_at_that_address_is_not_asked(
    gateway: Gateway, provider: LittleProvider
) -> None:
    visitor = await gateway.visitor()
    for lie in (
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": None},
    ):
        provider.discovery = dict(lie)
        assert (await visitor.page("/login/oidc")).status == 403
    provider.discovery = {}
    assert (await there_and_back(visitor)).status == 303


async def test_an_answer_counts_once_and_only_in_the_browser_that_asked(
    gateway: Gateway, provider: LittleProvider
) -> None:
    victim, attacker = await gateway.visitor(), await gateway.visitor()
    begun = await attacker.page("/login/oidc")
    path = await callback(attacker, begun.headers["Location"])
    assert (await victim.page(path)).status == 403
    assert (await victim.page("/login/oidc")).status == 303
    assert (await victim.page(path)).status == 403
    assert (await attacker.page(path.replace("state=", "state=x"))).status == 403
    assert "token" not in provider.heard
    begun = await attacker.page("/login/oidc")
    path = await callback(attacker, begun.headers["Location"])
    held = {cookie.key: cookie.value for cookie in attacker.session.cookie_jar}
    assert (await attacker.page(path)).status == 303
    again = await attacker.get(path, headers={**PAGE, "Cookie": f"ws_oidc={held['ws_oidc']}"})
    assert again.status == 403
    elsewhere = await attacker.page("/login/oidc")
    path = await callback(attacker, elsewhere.headers["Location"])
    assert (await attacker.page(path.replace("127.0.0.1", "127.0.0.9"))).status == 403


async def test_a_name_that_is_taken_is_not_handed_over_without_proof(
    gateway: Gateway, provider: LittleProvider
) -> None:
    for name in ("grace", "grace@films.example"):
        await gateway.sql.execute(
            "insert into access.users (username, password_hash, role) values ($1, 'x', 'admin')", name
        )
    refused = await there_and_back(await gateway.visitor())
    assert (refused.status, "belongs to somebody else" in refused.text) == (403, True)
    provider.person = {"sub": "s-2", "email": "grace@films.example", "email_verified": False}
    visitor = await gateway.visitor()
    assert (await there_and_back(visitor)).status == 303
    assert (await visitor.get("/api/v1/account")).json["username"] == "s-2"
    provider.person = {"sub": "s-3", "email": "grace@films.example", "email_verified": True}
    visitor = await gateway.visitor()
    assert (await there_and_back(visitor)).status == 303
    assert (await visitor.get("/api/v1/account")).json["username"] == "grace@films.example"


async def test_a_disabled_user_stays_out(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    assert (await there_and_back(visitor)).status == 303
    await gateway.sql.execute("update access.users set disabled_at = now()")
    assert (await there_and_back(await gateway.visitor())).status == 403
    assert (await visitor.get("/api/v1/account")).status == 401


async def test_what_the_token_leaves_out_is_asked_for_and_must_be_of_the_same_person(
    gateway: Gateway, provider: LittleProvider
) -> None:
    provider.userinfo = {"sub": "s-1", "groups": ["admins"]}
    visitor = await gateway.visitor()
    assert (await there_and_back(visitor)).status == 303
    assert (await visitor.get("/api/v1/account")).json["role"] == "admin"
    provider.userinfo = {"sub": "somebody else", "groups": ["admins"]}
    assert (await there_and_back(await gateway.visitor())).status == 403


async def test_a_provider_that_is_away_is_said_so(gateway: Gateway, provider: LittleProvider) -> None:
    provider.discovery = {"token_endpoint": "http://127.0.0.1:9/token"}
    answer = await there_and_back(await gateway.visitor())
    assert (answer.status, "does not answer" in answer.text) == (503, True)


async def test_nobody_is_sent_anywhere_where_no_provider_is_set_up(start_gateway: Start) -> None:
    gateway = await start_gateway()
    visitor = await gateway.visitor()
    assert "/login/oidc" not in (await visitor.page("/login")).text
    assert (await visitor.get("/login/oidc")).status == (await visitor.get(BACK)).status == 404


async def test_after_signing_in_nobody_is_sent_to_another_site(gateway: Gateway) -> None:
    answer = await there_and_back(await gateway.visitor(), target="https://elsewhere.example")
    assert answer.headers["Location"] == "/"
