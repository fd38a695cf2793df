"""One's own account: password, tokens, devices, and the way out."""

import re
from datetime import timedelta

from wellspring_common.clock import SystemClock
from wellspring_common.postgres import open_database
from wellspring_common.settings import PostgresSettings
from wellspring_gateway.adapters.audit import PostgresAudit
from wellspring_gateway.adapters.tokens import PostgresTokens

from .conftest import Shared
from .running import PASSWORD, Gateway, Visitor

FRESH = "another long sentence"
TOKENS, DEVICES = "/api/v1/tokens", "/api/v1/devices"


async def bearing(visitor: Visitor, token: str, path: str) -> int:
    return (await visitor.get(path, headers={"Authorization": f"Bearer {token}"})).status


async def test_a_changed_password_ends_all_other_sessions(gateway: Gateway) -> None:
    admin, here, there = (
        await gateway.signed_in("admin"),
        await gateway.visitor(),
        await gateway.visitor(),
    )
    user = (await admin.send("POST", "/api/v1/users", {"username": "grace"})).json
    await here.sign_in("grace", user["password"])
    await here.page("/account")
    await here.form("/account/password", password=PASSWORD, password2=PASSWORD)
    await there.sign_in("grace")
    await here.page("/account")
    for wrong in (
        {"current": "not this one", "password": FRESH, "password2": FRESH},
        {"current": PASSWORD, "password": FRESH, "password2": PASSWORD},
        {"current": PASSWORD, "password": "short", "password2": "short"},
    ):
        assert (await here.form("/account/password", **wrong)).status == 422
    assert (await there.get("/api/v1/account")).status == 200
    change = {"current": PASSWORD, "password": FRESH, "password2": FRESH}
    assert (await here.form("/account/password", **change)).status == 303
    assert (await here.get("/api/v1/account")).status == 200
    assert (await there.get("/api/v1/account")).status == 401
    assert (await there.sign_in("grace")).status == 401
    assert (await there.sign_in("grace", FRESH)).status == 303
    await there.form("/account/sign-out")
    assert [(await each.get("/api/v1/account")).status for each in (here, there)] == [401, 401]


async def test_a_token_is_shown_once_and_ends_when_it_is_revoked(gateway: Gateway) -> None:
    operator, program = await gateway.signed_in("operator"), await gateway.visitor()
    made = await operator.send("POST", TOKENS, {"name": "script", "scopes": ["operate"], "days": 30})
    assert made.status == 201
    token, row = made.json["token"], made.json
    assert re.fullmatch(r"wsp_[\w-]{43}", token)
    listed = (await operator.get(TOKENS)).json["tokens"]
    assert [(one["name"], one["scopes"]) for one in listed] == [("script", ["operate"])]
    assert token not in str(listed)
    assert await bearing(program, token, "/api/v1/catalogues") == 200
    assert (await operator.get(TOKENS)).json["tokens"][0]["last_used_at"]
    # a token makes no other one, and reads no list of them
    assert await bearing(program, token, TOKENS) == 403
    stranger = await gateway.signed_in("admin")
    gone = f"{TOKENS}/{row['id']}"
    (await stranger.send("DELETE", gone, None)).problem(404, "not_found")
    assert (await operator.send("DELETE", gone, None)).status == 204
    (await operator.send("DELETE", gone, None)).problem(404, "not_found")
    assert await bearing(program, token, "/api/v1/catalogues") == 401


async def test_nobody_makes_a_token_that_may_more_than_they(gateway: Gateway) -> None:
    viewer = await gateway.signed_in("viewer")
    for scopes in (["operate"], ["read", "admin"], []):
        (await viewer.send("POST", TOKENS, {"name": "a", "scopes": scopes})).problem(422, "invalid")
    for name in ("", "  ", "a\x00b"):
        (await viewer.send("POST", TOKENS, {"name": name, "scopes": ["read"]})).problem(422, "invalid")
    assert await gateway.count("access.api_tokens") == 0


async def test_the_page_makes_and_revokes_tokens_and_devices(gateway: Gateway) -> None:
    viewer = await gateway.signed_in("viewer")
    await viewer.page("/account")
    page = await viewer.form("/account/tokens", name="a program", scopes="play", days="30")
    assert len(re.findall(r"wsp_[\w-]{43}", page.text)) == 1
    page = await viewer.form("/account/devices", name="living room")
    # the address to copy, and the one behind the code
    token = list(set(re.findall(r"/u/(wsd_[\w-]{32})/export/library.m3u", page.text)))
    assert len(token) == 1
    assert f"{gateway.url}/u/{token[0]}/stremio/manifest.json" in page.text
    assert page.text.count('class="qr"') == 2
    assert (
        f'href="stremio://{gateway.url.partition("://")[2]}/u/{token[0]}/stremio/manifest.json"' in page.text
    )
    assert "means this very machine" in page.text
    again = (await viewer.page("/account")).text
    assert 'class="qr"' not in again
    assert "living room" in again
    assert token[0] not in again
    for kind in ("tokens", "devices"):
        row = re.findall(rf"/account/{kind}/(\d+)/revoke", again)[0]
        assert (await viewer.form(f"/account/{kind}/{row}/revoke")).status == 303
    assert "living room" not in (await viewer.page("/account")).text
    assert (await viewer.form("/account/tokens", name="", scopes="play")).status == 422
    assert (await viewer.form("/account/tokens", name="a", scopes="admin")).status == 422
    assert (await viewer.form("/account/devices", name=" ")).status == 422


async def test_a_revoked_device_s_address_is_told_so(gateway: Gateway) -> None:
    viewer, player = await gateway.signed_in("viewer"), await gateway.visitor()
    made = (await viewer.send("POST", DEVICES, {"name": "tv"})).json
    path = f"/u/{made['token']}/nothing/here"
    assert (await player.get(path)).status == 404
    assert (await viewer.get(DEVICES)).json["devices"][0]["last_used_at"]
    assert (await viewer.send("DELETE", f"{DEVICES}/{made['id']}", None)).status == 204
    (await player.get(path)).problem(403, "unknown_device")
    (await player.get("/u/wsd_guess/w/1/auto/a.mp4")).problem(403, "unknown_device")


async def test_a_stranger_has_no_account(gateway: Gateway) -> None:
    stranger = await gateway.visitor()
    assert (await stranger.page("/account")).headers["Location"] == "/login?next=/account"
    for path in (TOKENS, DEVICES, "/api/v1/account"):
        (await stranger.get(path)).problem(401, "sign_in_required")


async def test_what_ended_long_ago_is_forgotten(gateway: Gateway, shared: Shared) -> None:
    await gateway.signed_in("viewer")
    await gateway.sql.execute("delete from access.audit")
    for days in (89, 91):
        for table, columns in (("api_tokens", "name, token_hash, scopes"), ("devices", "name, token_hash")):
            scopes = ", '{read}'" if table == "api_tokens" else ""
            await gateway.sql.execute(
                f"insert into access.{table} (user_id, {columns}, revoked_at)"
                f" select id, 'old', '\\x{days:02x}'{scopes}, now() - interval '{days} days'"
                " from access.users"
            )
    for days in (364, 366):
        await gateway.sql.execute(
            "insert into access.audit (actor, via, action, at)"
            f" values ('ada', 'cookie', 'a', now() - interval '{days} days')"
        )
    now = SystemClock().now() + timedelta(seconds=1)
    settings = PostgresSettings.model_validate({"database_url": shared.admin_url})
    async with open_database(settings, service="gateway") as database:
        assert await PostgresTokens(database).purge(now=now) == 2
        assert await PostgresAudit(database).purge(now=now) == 1
    assert await gateway.count("access.api_tokens") == await gateway.count("access.devices") == 1
