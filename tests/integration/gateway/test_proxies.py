"""Behind proxies: what a trusted one says counts, what anybody else says does not."""

import pytest

from .conftest import Start
from .running import PAGE, PASSWORD, SEED_EPISODE, Answer, Gateway, Visitor

BY_PROXY = {
    "X-Forwarded-For": "198.51.100.1, 203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "films.example",
}
LOCAL = "127.0.0.0/8"
USER, GROUPS = "Remote-User", "Remote-Groups"
FORWARD_AUTH = {
    "WELLSPRING_GATEWAY_FORWARD_AUTH_USER_HEADER": USER,
    "WELLSPRING_GATEWAY_FORWARD_AUTH_GROUPS_HEADER": GROUPS,
    "WELLSPRING_GATEWAY_ADMIN_GROUPS": "admins",
    "WELLSPRING_GATEWAY_VIEWER_GROUPS": "family",
}


@pytest.fixture
async def behind(start_gateway: Start) -> Gateway:
    """Run a gateway that trusts what reaches it from this machine, and users whom a proxy names."""
    return await start_gateway(WELLSPRING_GATEWAY_TRUSTED_PROXIES=LOCAL, **FORWARD_AUTH)


@pytest.fixture
async def trusting_nobody(start_gateway: Start) -> Gateway:
    """Run a gateway whose trusted network is another one."""
    return await start_gateway(WELLSPRING_GATEWAY_TRUSTED_PROXIES="192.0.2.0/24", **FORWARD_AUTH)


async def failed_sign_in(gateway: Gateway) -> str:
    """Try to sign in with proxy headers, and return the client that was written down."""
    visitor = await gateway.visitor()
    body = {"username": "nobody", "password": PASSWORD}
    assert (await visitor.send("POST", "/api/v1/session", body, **BY_PROXY)).status == 401
    client: str = await gateway.sql.fetchval("select client from access.sign_in_failures")
    return client


async def test_a_trusted_proxy_speaks_for_the_client(behind: Gateway) -> None:
    assert await failed_sign_in(behind) == "203.0.113.7"


async def test_anybody_else_speaks_for_themselves(trusting_nobody: Gateway) -> None:
    assert await failed_sign_in(trusting_nobody) == "127.0.0.1"


async def test_cookies_under_https_are_secure_by_the_proxy_s_word_alone(
    behind: Gateway, trusting_nobody: Gateway
) -> None:
    page = await (await behind.visitor()).get("/login", headers=PAGE | BY_PROXY)
    assert page.cookies["__Host-ws_csrf"]["secure"]
    bare = await (await behind.visitor()).get("/login", headers=PAGE)
    assert not bare.cookies["ws_csrf"]["secure"]
    spoofed = await (await trusting_nobody.visitor()).get("/login", headers=PAGE | BY_PROXY)
    assert not spoofed.cookies["ws_csrf"]["secure"]


async def test_a_page_is_our_own_by_the_address_that_the_client_sees(
    behind: Gateway, trusting_nobody: Gateway
) -> None:
    for gateway, origin, status in (
        (behind, "https://films.example", 401),
        (behind, behind.url, 403),
        (trusting_nobody, "https://films.example", 403),
        (trusting_nobody, trusting_nobody.url, 401),
    ):
        body = {"username": "nobody", "password": PASSWORD}
        visitor = await gateway.visitor()
        answer = await visitor.send("POST", "/api/v1/session", body, **BY_PROXY, Origin=origin)
        assert answer.status == status, (origin, answer.text)


async def as_user(visitor: Visitor, path: str, name: str, groups: str = "") -> Answer:
    return await visitor.get(path, headers=PAGE | {USER: name, GROUPS: groups})


async def test_a_proxy_s_user_comes_in_with_the_role_of_their_groups(behind: Gateway) -> None:
    visitor = await behind.visitor()
    assert (await as_user(visitor, "/admin", "grace", "family,admins")).status == 200
    # a group that was taken away counts at the next request, except from the last admin
    assert (await as_user(visitor, "/admin", "grace", "family")).status == 200
    assert (await as_user(visitor, "/admin", "ada", "admins")).status == 200
    assert (await as_user(visitor, "/admin", "grace", "family")).status == 403
    assert (await as_user(visitor, "/admin", "stranger", "others")).headers["Location"].startswith("/login")
    rows = await behind.sql.fetch("select username, role, password_hash from access.users order by id")
    assert [tuple(row) for row in rows] == [("grace", "viewer", None), ("ada", "admin", None)]


async def test_a_disabled_user_is_not_let_in_by_the_proxy(behind: Gateway) -> None:
    visitor = await behind.visitor()
    assert (await as_user(visitor, "/admin", "ada", "admins")).status == 200
    await behind.sql.execute("update access.users set disabled_at = now()")
    assert (await as_user(visitor, "/admin", "ada", "admins")).status == 303


async def test_the_header_is_nothing_from_anybody_else(trusting_nobody: Gateway) -> None:
    visitor = await trusting_nobody.visitor()
    assert (await as_user(visitor, "/admin", "ada", "admins")).status == 303
    assert await trusting_nobody.count("access.users") == 0


async def test_a_proxy_s_user_needs_the_page_s_token_like_everybody(behind: Gateway) -> None:
    visitor = await behind.visitor()
    who = {USER: "ada", GROUPS: "admins"}
    (await visitor.ask("POST", "/admin/add_episode", json=SEED_EPISODE, headers=who)).problem(403, "bad_csrf")
    page = await visitor.get("/admin", headers=PAGE | who)
    token = page.text.partition('<meta name="csrf-token" content="')[2].partition('"')[0]
    headers = {**who, "X-CSRF-Token": token}
    added = await visitor.ask("POST", "/admin/add_episode", json=SEED_EPISODE, headers=headers)
    assert added.status == 200, added.text
