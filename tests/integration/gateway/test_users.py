"""Users: made, changed, reset and disabled by admins, and the log of it."""

from typing import Any

from .running import PASSWORD, Gateway, Visitor

USERS = "/api/v1/users"


async def made(admin: Visitor, **wanted: Any) -> dict[str, Any]:
    answer = await admin.send("POST", USERS, {"username": "grace", **wanted})
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


async def actions(gateway: Gateway) -> list[tuple[str, str, str | None]]:
    rows = await gateway.sql.fetch("select actor, action, target from access.audit order by id")
    return [(row["actor"].split("-")[0], row["action"], row["target"]) for row in rows]


async def test_a_one_time_password_opens_nothing_but_its_own_change(gateway: Gateway) -> None:
    admin, grace = await gateway.signed_in("admin"), await gateway.visitor()
    user = await made(admin, role="operator")
    assert (user["role"], user["must_change"]) == ("operator", True)
    assert len(user["password"]) == 23
    answer = await grace.sign_in("grace", user["password"])
    assert answer.headers["Location"] == "/account"
    assert (await grace.page("/admin")).headers["Location"] == "/account"
    (await grace.get("/api/v1/catalogues")).problem(403, "password_change_required")
    page = await grace.page("/account")
    assert "Choose a password of your own" in page.text
    assert 'id="tokens"' not in page.text
    answer = await grace.form("/account/password", password=PASSWORD, password2=PASSWORD)
    assert answer.headers["Location"] == "/account?saved=true"
    assert (await grace.page("/admin")).status == 200


async def test_a_link_lets_somebody_choose_a_password_once(gateway: Gateway) -> None:
    admin, grace, late = await gateway.signed_in("admin"), await gateway.visitor(), await gateway.visitor()
    user = await made(admin, invite=True)
    path = user["invite_url"].removeprefix(gateway.url)
    assert path.startswith("/invite?token=")
    token = path.partition("=")[2]
    assert "grace" in (await grace.page(path)).text
    await late.page(path)
    short = await grace.form("/invite", token=token, password="short", password2="short")
    assert short.status == 422
    answer = await grace.form("/invite", token=token, password=PASSWORD, password2=PASSWORD)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert (await grace.get("/api/v1/account")).json["username"] == "grace"
    assert (await late.form("/invite", token=token, password=PASSWORD, password2=PASSWORD)).status == 403
    assert (await late.page(path)).status == 403
    assert (await late.sign_in("grace")).status == 303


async def test_a_link_past_its_time_is_none(gateway: Gateway) -> None:
    admin, grace = await gateway.signed_in("admin"), await gateway.visitor()
    user = await made(admin, invite=True)
    await gateway.sql.execute("update access.invites set expires_at = now() - interval '1 second'")
    assert (await grace.page(user["invite_url"].removeprefix(gateway.url))).status == 403


async def test_a_disabled_user_and_one_whose_password_was_reset_are_signed_out(gateway: Gateway) -> None:
    admin, viewer = await gateway.signed_in("admin"), await gateway.signed_in("viewer")
    user = (await viewer.get("/api/v1/account")).json["id"]
    (await viewer.get(USERS)).problem(403, "forbidden")
    assert (await admin.send("PATCH", f"{USERS}/{user}", {"disabled": True})).json["disabled_at"]
    (await viewer.get("/api/v1/account")).problem(401, "sign_in_required")
    assert (await admin.send("PATCH", f"{USERS}/{user}", {"disabled": False})).json["disabled_at"] is None
    (await viewer.get("/api/v1/account")).problem(401, "sign_in_required")
    other = await gateway.signed_in("viewer")
    user = (await other.get("/api/v1/account")).json["id"]
    assert "password" in (await admin.send("POST", f"{USERS}/{user}/reset", {})).json
    (await other.get("/api/v1/account")).problem(401, "sign_in_required")


async def test_the_last_admin_stays_one(gateway: Gateway) -> None:
    admin = await gateway.signed_in("admin")
    me = (await admin.get("/api/v1/account")).json["id"]
    for change in ({"disabled": True}, {"role": "viewer"}):
        (await admin.send("PATCH", f"{USERS}/{me}", change)).problem(409, "last_admin")
    await admin.page("/admin/users")
    page = await admin.form(f"/admin/users/{me}", do="disable")
    assert (page.status, "This is the only admin" in page.text) == (409, True)
    second = await gateway.signed_in("admin")
    assert (await second.send("PATCH", f"{USERS}/{me}", {"role": "viewer"})).json["role"] == "viewer"
    (await admin.get(USERS)).problem(403, "forbidden")


async def test_a_name_is_taken_once_in_any_letters(gateway: Gateway) -> None:
    admin = await gateway.signed_in("admin")
    await made(admin)
    (await admin.send("POST", USERS, {"username": "GRACE"})).problem(409, "name_taken")
    (await admin.send("POST", USERS, {"username": "  "})).problem(422, "invalid")
    (await admin.send("POST", USERS, {"username": "a", "role": "king"})).problem(422, "invalid")


async def test_the_page_of_users_does_the_same(gateway: Gateway) -> None:
    admin, grace = await gateway.signed_in("admin"), await gateway.visitor()
    await admin.page("/admin/users")
    page = await admin.form("/admin/users", username="grace", role="viewer", how="password")
    password = page.text.partition('<dl class="secrets">')[2].partition("<code>")[2].partition("</code>")[0]
    assert (await grace.sign_in("grace", password)).status == 303
    user = await gateway.sql.fetchval("select id from access.users where username = 'grace'")
    assert (await admin.form(f"/admin/users/{user}", do="role", role="operator")).status == 303
    assert (await admin.form(f"/admin/users/{user}", do="disable")).status == 303
    assert (await admin.form(f"/admin/users/{user}", do="enable")).status == 303
    assert "/invite?token=" in (await admin.form(f"/admin/users/{user}", do="invite")).text
    row = await gateway.sql.fetchrow("select role, disabled_at from access.users where id = $1", user)
    assert row is not None
    assert tuple(row) == ("operator", None)
    assert (await admin.page("/admin/audit?action=user")).text.count("<span>grace</span>") == 5


async def test_what_was_done_is_written_down_with_who_and_from_where(gateway: Gateway) -> None:
    admin, operator = await gateway.signed_in("admin"), await gateway.signed_in("operator")
    await made(admin)
    await admin.send("PATCH", "/api/v1/settings", {"clean_grace_hours": 24})
    episode = await gateway.add_episode()
    await operator.send("POST", f"/api/v1/episodes/{episode}/scrape", None)
    title = await gateway.sql.fetchval("select id from catalog.titles")
    await operator.ask("DELETE", f"/api/v1/titles/{title}", headers={"X-CSRF-Token": operator.csrf})
    (await operator.send("PATCH", "/api/v1/settings", {})).problem(403, "forbidden")
    assert (await (await gateway.visitor()).sign_in("nobody")).status == 401
    assert await actions(gateway) == [
        ("admin", "user.made", "grace"),
        ("admin", "settings.changed", "clean_grace_hours"),
        ("operator", "scrape.requested", str(episode)),
        ("operator", "title.trashed", str(title)),
        ("somebody", "sign_in.refused", "nobody"),
    ]
    rows = await gateway.sql.fetch("select distinct client from access.audit")
    assert [row["client"] for row in rows] == ["127.0.0.1"]


async def test_the_log_is_read_in_pages_and_by_what_and_who(gateway: Gateway) -> None:
    admin, operator = await gateway.signed_in("admin"), await gateway.signed_in("operator")
    for number in range(5):
        await made(admin, username=f"user {number}")
    first = (await admin.get("/api/v1/audit?limit=3")).json
    assert [entry["target"] for entry in first["entries"]] == ["user 4", "user 3", "user 2"]
    rest = (await admin.get(f"/api/v1/audit?limit=3&before={first['next']}")).json
    assert ([entry["target"] for entry in rest["entries"]], rest["next"]) == (["user 1", "user 0"], None)
    assert (await admin.get("/api/v1/audit?action=token")).json["entries"] == []
    assert (await admin.get("/api/v1/audit?actor=nobody")).json["entries"] == []
    (await operator.get("/api/v1/audit")).problem(403, "forbidden")
    assert (await operator.page("/admin/audit")).status == 403
