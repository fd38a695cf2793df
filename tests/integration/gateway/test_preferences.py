"""How people like it: kept on their account for every device, or by the browser of nobody."""

from .running import Gateway, Visitor

MINE = "/api/v1/me/preferences"


async def also(gateway: Gateway, visitor: Visitor) -> Visitor:
    """Return the same person at another browser, which asks for English."""
    other, token = await gateway.visitor(), "another browser"
    await gateway.sql.execute(
        "insert into access.sessions (token_hash, user_id, csrf_token, expires_at)"
        " select sha256(convert_to($1, 'UTF8')), user_id, 'c', now() + interval '1 day' from access.sessions",
        token,
    )
    other.session.cookie_jar.update_cookies({"ws_session": token})
    return other


async def test_a_profile_holds_on_every_device(gateway: Gateway) -> None:
    here = await gateway.signed_in("viewer")
    there = await also(gateway, here)
    assert (await here.get(MINE)).json == {
        "language": None,
        "theme": "auto",
        "autoplay": True,
        "kept": "account",
    }
    await here.page("/account")
    wanted = {"lang": "id", "theme": "dark", "autoplay": "off", "next": "/account?kept=true"}
    said = await here.form("/preferences", **wanted)
    assert (said.status, said.headers["Location"]) == (303, "/account?kept=true")
    assert "Tersimpan" in (await here.page("/account?kept=true")).text
    text = (await there.page("/")).text
    assert '<html lang="id" data-theme="dark">' in text
    assert 'data-autoplay="off"' in text
    assert (await there.get(MINE)).json["theme"] == "dark"
    # somebody else is shown what they asked for themselves
    stranger = (await (await gateway.visitor()).page("/")).text
    assert '<html lang="en" data-theme="auto">' in stranger
    assert 'data-autoplay="on"' in stranger


async def test_a_profile_is_changed_and_forgotten_field_by_field(gateway: Gateway) -> None:
    ada = await gateway.signed_in("viewer")
    first = await ada.send("PATCH", MINE, {"language": "id", "theme": "light"})
    assert (first.status, first.json["language"], first.json["theme"]) == (200, "id", "light")
    second = (await ada.send("PATCH", MINE, {"language": None, "autoplay": False})).json
    assert second == {"language": None, "theme": "light", "autoplay": False, "kept": "account"}
    for wrong in ({}, {"language": "fr"}, {"theme": "pink"}, {"autoplay": "perhaps"}, {"colour": "red"}):
        (await ada.send("PATCH", MINE, wrong)).problem(422, "invalid")
    (await ada.ask("PATCH", MINE, json={"theme": "dark"})).problem(403, "bad_csrf")
    assert await gateway.count("access.preferences") == 1
    await gateway.sql.execute("delete from access.users")
    assert await gateway.count("access.preferences") == 0


async def test_a_browser_of_nobody_keeps_it_by_itself(gateway: Gateway) -> None:
    visitor = await gateway.visitor(language="id")
    await visitor.page("/")
    said = await visitor.send("PATCH", MINE, {"autoplay": False, "theme": "dark"})
    assert said.json == {"language": None, "theme": "dark", "autoplay": False, "kept": "browser"}
    text = (await visitor.page("/")).text
    assert '<html lang="id" data-theme="dark">' in text
    assert 'data-autoplay="off"' in text
    assert (await visitor.get(MINE)).json["autoplay"] is False
    await visitor.send("PATCH", MINE, {"autoplay": None})
    assert (await visitor.get(MINE)).json["autoplay"] is True
    assert await gateway.count("access.preferences") == 0


async def test_signing_out_keeps_the_language_of_the_sign_in_page(gateway: Gateway) -> None:
    ada = await gateway.signed_in("viewer")
    await ada.page("/")
    await ada.form("/preferences", lang="id", next="/")
    await ada.form("/logout")
    assert '<html lang="id"' in (await ada.page("/login")).text
