"""API tokens of programs: what they open, and what ends them."""

import secrets
from datetime import timedelta
from hashlib import sha256

from wellspring_common.clock import SystemClock

from .running import SEED_EPISODE, Answer, Gateway, Visitor

SETTINGS, CATALOGUES = "/api/v1/settings", "/api/v1/catalogues"


async def token_of(gateway: Gateway, role: str, *scopes: str) -> str:
    """Store a token of a new user and return it."""
    token = "wsp_" + secrets.token_urlsafe(32)
    user = await gateway.sql.fetchval(
        "insert into access.users (username, password_hash, role) values ($1, 'none', $2) returning id",
        f"{role}-{secrets.token_hex(4)}",
        role,
    )
    await gateway.sql.execute(
        "insert into access.api_tokens (user_id, name, token_hash, scopes) values ($1, 'a program', $2, $3)",
        user,
        sha256(token.encode()).digest(),
        list(scopes),
    )
    return token


async def ask(visitor: Visitor, token: str, method: str, path: str, body: object = None) -> Answer:
    headers = {"Authorization": f"Bearer {token}"}
    return await visitor.ask(method, path, json=body, headers=headers)


async def test_a_token_opens_what_it_was_made_for_and_no_more(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    admin, operating = await token_of(gateway, "admin", "admin"), await token_of(gateway, "admin", "operate")
    modest, reading = await token_of(gateway, "operator", "admin"), await token_of(gateway, "admin", "read")
    assert (await ask(visitor, admin, "GET", SETTINGS)).status == 200
    assert (await ask(visitor, operating, "GET", SETTINGS)).status == 200
    (await ask(visitor, operating, "PATCH", SETTINGS, {"link_ttl_hours": 6})).problem(403, "forbidden")
    (await ask(visitor, modest, "PATCH", SETTINGS, {"link_ttl_hours": 6})).problem(403, "forbidden")
    assert (await ask(visitor, modest, "GET", CATALOGUES)).status == 200
    answer = await ask(visitor, reading, "GET", CATALOGUES)
    assert "'operate'" in answer.problem(403, "forbidden")["detail"]


async def test_a_program_needs_no_token_of_a_page(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    token = await token_of(gateway, "operator", "operate")
    assert (await ask(visitor, token, "POST", "/admin/add_episode", SEED_EPISODE)).status == 200
    headers = {"Authorization": f"Bearer {token}", "Origin": "https://elsewhere.example"}
    answer = await visitor.ask("GET", "/scrape?show=The Glory&ep=1", headers=headers)
    assert answer.json == {"status": "queued"}


async def test_a_token_to_read_asks_for_no_scrape(gateway: Gateway) -> None:
    episode, visitor = await gateway.add_episode(), await gateway.visitor()
    path = f"/api/v1/episodes/{episode}/scrape"
    reading, scraping = await token_of(gateway, "admin", "read"), await token_of(gateway, "viewer", "scrape")
    (await ask(visitor, reading, "POST", path)).problem(403, "forbidden")
    assert (await ask(visitor, scraping, "POST", path)).status == 202
    assert (await gateway.sql.fetchval("select requested_by from links.jobs")).startswith("viewer-")


async def test_a_cookie_beside_a_token_changes_nothing(gateway: Gateway) -> None:
    admin = await gateway.signed_in("admin")
    reading = await token_of(gateway, "admin", "read")
    (await ask(admin, reading, "GET", SETTINGS)).problem(403, "forbidden")
    (await ask(admin, "wsp_wrong", "GET", SETTINGS)).problem(401, "bad_token")
    # what is no token of ours belongs to a proxy on the way
    assert (await ask(admin, "eyJhbGciOi.x.y", "GET", SETTINGS)).status == 200


async def test_a_token_that_ended_opens_nothing_even_where_all_is_open(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    for ending in (
        "update access.api_tokens set revoked_at = now()",
        "update access.api_tokens set expires_at = now() - interval '1 second'",
        "update access.users set disabled_at = now()",
        "delete from access.users",
    ):
        token = await token_of(gateway, "admin", "admin")
        assert (await ask(visitor, token, "GET", SETTINGS)).status == 200
        await gateway.sql.execute(ending)
        for path in (SETTINGS, "/"):
            answer = await ask(visitor, token, "GET", path)
            answer.problem(401, "bad_token")
            assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_the_last_use_is_written_down_once_a_minute(gateway: Gateway) -> None:
    visitor, sql = await gateway.visitor(), "select last_used_at from access.api_tokens"
    token = await token_of(gateway, "admin", "admin")
    await ask(visitor, token, "GET", SETTINGS)
    first = await gateway.sql.fetchval(sql)
    assert abs(SystemClock().now() - first) < timedelta(minutes=1)
    await ask(visitor, token, "GET", SETTINGS)
    assert await gateway.sql.fetchval(sql) == first
    await gateway.sql.execute("update access.api_tokens set last_used_at = now() - interval '2 minutes'")
    await ask(visitor, token, "GET", SETTINGS)
    assert await gateway.sql.fetchval(sql) > first
