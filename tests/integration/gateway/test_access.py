"""The first run, signing in and out, and who may send what."""

from http.cookies import Morsel
from typing import Any

import pytest

from wellspring_common.clock import SystemClock

from .conftest import Start
from .running import PAGE, PASSWORD, SEED_EPISODE, Answer, Gateway, Visitor

TOKEN = "a-token-that-was-printed-once"


def cookie(answer: Answer, name: str) -> "Morsel[Any]":
    found = answer.cookies[name]
    assert isinstance(found, Morsel)
    return found


@pytest.fixture
async def fresh(start_gateway: Start) -> Gateway:
    """Run a gateway that waits for its first user."""
    return await start_gateway(WELLSPRING_GATEWAY_SETUP_TOKEN=TOKEN)


@pytest.fixture
async def owned(start_gateway: Start) -> Gateway:
    """Run a gateway whose admin the launcher brought."""
    return await start_gateway(
        WELLSPRING_GATEWAY_ADMIN_USER="Ada", WELLSPRING_GATEWAY_ADMIN_PASSWORD=PASSWORD
    )


async def set_up(visitor: Visitor, token: str = TOKEN, **changes: str) -> Answer:
    fields = {"token": token, "username": "ada", "password": PASSWORD, "password2": PASSWORD}
    return await visitor.form("/setup", **fields | changes)


async def test_the_one_time_link_makes_the_first_admin_and_signs_them_in(fresh: Gateway) -> None:
    visitor = await fresh.visitor()
    assert (await visitor.get("/api/v1/setup")).json == {"needed": True}
    assert TOKEN in (await visitor.page(f"/setup?token={TOKEN}")).text
    answer = await set_up(visitor)
    assert (answer.status, answer.headers["Location"]) == (303, "/admin")
    assert (await visitor.page("/admin")).status == 200
    row = await fresh.sql.fetchrow("select username, role, password_hash from access.users")
    assert row is not None
    assert (row["username"], row["role"]) == ("ada", "admin")
    assert row["password_hash"].startswith("$argon2id$")
    assert (await visitor.get("/api/v1/setup")).json == {"needed": False}


async def test_the_one_time_link_works_once(fresh: Gateway) -> None:
    first, second = await fresh.visitor(), await fresh.visitor()
    await second.page(f"/setup?token={TOKEN}")
    await first.page(f"/setup?token={TOKEN}")
    assert (await set_up(first)).status == 303
    assert (await second.page(f"/setup?token={TOKEN}")).status == 403
    assert (await set_up(second, username="eve")).status == 403
    assert await fresh.count("access.users") == 1


async def test_a_wrong_token_opens_nothing(fresh: Gateway, gateway: Gateway) -> None:
    for place, token in ((fresh, "guess"), (fresh, ""), (gateway, ""), (gateway, TOKEN)):
        visitor = await place.visitor()
        assert (await visitor.page(f"/setup?token={token}")).status == 403
        assert (await set_up(visitor, token)).status == 403
        assert await place.count("access.users") == 0


async def test_a_first_user_that_won_t_do_is_told_why_and_not_made(fresh: Gateway) -> None:
    visitor = await fresh.visitor()
    await visitor.page(f"/setup?token={TOKEN}")
    short = await set_up(visitor, password="short", password2="short")
    assert short.status == 422
    assert "The password is too short: at least 10 characters." in short.text
    assert 'value="ada"' in short.text
    assert "short" not in short.text.partition('name="password"')[2].partition(">")[0]
    differ = await set_up(visitor, password2=PASSWORD + "!")
    assert (differ.status, "The two passwords differ." in differ.text) == (422, True)
    assert (await set_up(visitor, username="a\x00b")).status == 422
    assert await fresh.count("access.users") == 0
    assert (await set_up(visitor)).status == 303


async def test_signing_in_and_out(owned: Gateway) -> None:
    visitor = await owned.visitor()
    assert (await visitor.page("/admin")).headers["Location"] == "/login?next=/admin"
    answer = await visitor.sign_in("ada")
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert (await visitor.page("/admin")).status == 200
    assert (await visitor.form("/logout")).headers["Location"] == "/"
    assert (await visitor.page("/admin")).status == 303
    assert await owned.count("access.sessions") == 0


async def test_a_session_s_cookie_is_kept_from_scripts_and_other_sites(owned: Gateway) -> None:
    answer = await (await owned.visitor()).sign_in("Ada")
    session = cookie(answer, "ws_session")
    assert session["httponly"]
    assert not session["secure"]
    assert (session["samesite"], session["path"], session["domain"]) == ("lax", "/", "")
    assert session["max-age"] == str(30 * 24 * 3600)
    stored = await owned.sql.fetchval("select token_hash from access.sessions")
    assert session.value.encode() not in stored


async def test_behind_tls_cookies_carry_the_host_prefix(start_gateway: Start) -> None:
    gateway = await start_gateway(
        WELLSPRING_GATEWAY_ADMIN_USER="ada",
        WELLSPRING_GATEWAY_ADMIN_PASSWORD=PASSWORD,
        WELLSPRING_GATEWAY_SECURE_COOKIES="1",
    )
    visitor = await gateway.visitor()
    page = await visitor.page("/login")
    csrf = cookie(page, "__Host-ws_csrf")
    assert csrf["secure"]
    # the jar is right to send no secure cookie in the clear: it travels by hand
    headers = {**PAGE, "Cookie": f"__Host-ws_csrf={csrf.value}", "Origin": gateway.url}
    fields = {"csrf_token": visitor.csrf, "username": "ada", "password": PASSWORD}
    answer = await visitor.ask("POST", "/login", data=fields, headers=headers)
    assert answer.status == 303
    session = cookie(answer, "__Host-ws_session")
    assert (session["secure"], session["httponly"], session["path"], session["domain"]) == (
        True,
        True,
        "/",
        "",
    )
    bare = await visitor.get("/admin", headers={**PAGE, "Cookie": f"ws_session={session.value}"})
    assert bare.status == 303
    ours = await visitor.get("/admin", headers={**PAGE, "Cookie": f"__Host-ws_session={session.value}"})
    assert ours.status == 200


async def test_a_wrong_password_and_an_unknown_user_are_told_the_same(owned: Gateway) -> None:
    visitor = await owned.visitor()
    pages = [await visitor.sign_in("ada", "wrong wrong wrong"), await visitor.sign_in("nobody")]
    for page in pages:
        assert (page.status, "ws_session" in page.cookies) == (401, False)
        assert "User name and password do not match." in page.text
    body = {"username": "ada", "password": "wrong wrong wrong"}
    answer = await visitor.send("POST", "/api/v1/session", body)
    answer.problem(401, "bad_credentials")


async def test_a_name_that_no_account_can_have_is_only_a_wrong_one(owned: Gateway) -> None:
    visitor = await owned.visitor()
    assert (await visitor.sign_in("ada\x00")).status == 401
    for name, password, status in (
        ("ada\x00", PASSWORD, 401),
        ("ada", PASSWORD + "\x00", 401),
        ("\ud800", PASSWORD, 422),
        ("ada", "\ud800", 422),
    ):
        body = {"username": name, "password": password}
        assert (await visitor.send("POST", "/api/v1/session", body)).status == status


async def test_a_program_signs_in_by_json_and_gets_its_token(owned: Gateway) -> None:
    visitor = await owned.visitor()
    answer = await visitor.send("POST", "/api/v1/session", {"username": "ada", "password": PASSWORD})
    assert answer.status == 200
    assert (answer.json["username"], answer.json["role"]) == ("Ada", "admin")
    visitor.csrf = answer.json["csrf_token"]
    assert (await visitor.send("POST", "/admin/add_episode", SEED_EPISODE)).status == 200


async def test_ten_failures_close_the_door_even_for_the_right_password(owned: Gateway) -> None:
    visitor = await owned.visitor()
    await visitor.page("/login")
    for name in ("ada", "ADA"):  # a name in other letters is the same name
        for _ in range(5):
            assert (await visitor.form("/login", username=name, password="no no no no")).status == 401
    answer = await visitor.form("/login", username="ada", password=PASSWORD)
    assert answer.status == 429
    problem = await visitor.send("POST", "/api/v1/session", {"username": "ada", "password": PASSWORD})
    problem.problem(429, "throttled_login")
    assert problem.headers["Retry-After"] == "900"
    await owned.sql.execute(
        "update access.sign_in_failures set created_at = created_at - interval '15 minutes'"
    )
    assert (await visitor.form("/login", username="ada", password=PASSWORD)).status == 303


async def test_a_client_that_tries_many_names_is_throttled_too(owned: Gateway) -> None:
    await owned.sql.execute(
        "insert into access.sign_in_failures (username, client)"
        " select 'user' || n, '127.0.0.1' from generate_series(1, 30) as n"
    )
    assert (await (await owned.visitor()).sign_in("ada")).status == 429


async def test_a_session_past_its_time_and_one_of_a_disabled_user_are_none(gateway: Gateway) -> None:
    late, disabled = await gateway.signed_in("admin"), await gateway.signed_in("admin")
    assert [(await each.page("/admin")).status for each in (late, disabled)] == [200, 200]
    now = SystemClock().now()
    await gateway.sql.execute(
        "update access.sessions set expires_at = $1 where csrf_token = $2", now, late.csrf
    )
    await gateway.sql.execute(
        "update access.users set disabled_at = $1 where id ="
        " (select user_id from access.sessions where csrf_token = $2)",
        now,
        disabled.csrf,
    )
    assert [(await each.page("/admin")).status for each in (late, disabled)] == [303, 303]


async def test_an_admin_from_the_environment_is_made_once_and_never_again(
    start_gateway: Start, owned: Gateway
) -> None:
    again = await start_gateway(
        WELLSPRING_GATEWAY_ADMIN_USER="eve", WELLSPRING_GATEWAY_ADMIN_PASSWORD=PASSWORD
    )
    assert [row["username"] for row in await again.sql.fetch("select username from access.users")] == ["Ada"]


async def test_a_sign_in_leads_on_within_this_site_only(owned: Gateway) -> None:
    visitor = await owned.visitor()
    for asked, target in (
        ("/admin/settings?saved=true", "/admin/settings?saved=true"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
    ):
        page = await visitor.page("/login", params={"next": asked})
        assert f'name="next" value="{target}"' in page.text
        answer = await visitor.form("/login", username="ada", password=PASSWORD, next=asked)
        assert answer.headers["Location"] == target
        # whoever is signed in has nothing to do there
        assert (await visitor.page("/login", params={"next": asked})).headers["Location"] == target
        await visitor.page("/")
        await visitor.form("/logout")


async def test_a_form_without_its_page_s_token_is_refused(gateway: Gateway) -> None:
    operator, stranger = await gateway.signed_in("operator"), await gateway.visitor()
    right = operator.csrf
    await stranger.page("/login")
    for token in ("", "wrong", stranger.csrf, right[:-1]):
        operator.csrf = token
        assert (await operator.form("/admin/add_episode", **SEED_EPISODE)).status == 403
        (await operator.send("POST", "/admin/add_episode", SEED_EPISODE)).problem(403, "bad_csrf")
        assert (await operator.form("/logout")).status == 403
    (await operator.ask("POST", "/admin/add_episode", json=SEED_EPISODE)).problem(403, "bad_csrf")
    assert await gateway.count("catalog.episodes") == 0
    assert await gateway.count("access.sessions") == 1
    operator.csrf = right
    assert (await operator.send("POST", "/admin/add_episode", SEED_EPISODE)).status == 200


async def test_another_site_s_page_may_change_nothing_even_with_the_token(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = await operator.send("POST", "/admin/add_episode", SEED_EPISODE, **headers)
        answer.problem(403, "bad_csrf")
        body = {"username": "ada", "password": PASSWORD}
        (await operator.send("POST", "/api/v1/session", body, **headers)).problem(403, "bad_csrf")
        form = {"csrf_token": operator.csrf, "lang": "id"}
        assert (await operator.ask("POST", "/preferences", data=form, headers=headers)).status == 403
    assert await gateway.count("catalog.episodes") == 0
