"""The sign-in page: what it says of a mistake, what it keeps, and how it meets password managers."""

import re

from .running import PASSWORD, Gateway

FIELD = re.compile(r'<input id="f-(username|password)"([^>]*)>')


def fields(text: str) -> dict[str, str]:
    return dict(FIELD.findall(text))


async def test_a_mistake_keeps_the_name_and_leads_to_the_password(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    shown = fields((await visitor.page("/login?next=/history")).text)
    assert 'autocomplete="username"' in shown["username"]
    assert "autofocus" in shown["username"]
    assert 'autocomplete="current-password"' in shown["password"]
    assert "autofocus" not in shown["password"]
    refused = await visitor.form("/login", username="ada", password="not this one", next="/history")
    assert refused.status == 401
    assert "User name and password do not match." in refused.text
    assert 'name="next" value="/history"' in refused.text
    shown = fields(refused.text)
    assert 'value="ada"' in shown["username"]
    assert "autofocus" in shown["password"]
    assert "not this one" not in refused.text


async def test_an_empty_field_is_named_and_counts_as_no_failure(gateway: Gateway) -> None:
    visitor = await gateway.visitor(language="id")
    await visitor.page("/login")
    for username, password, wrong in (("", PASSWORD, "username"), ("ada", " ", "password")):
        answer = await visitor.form("/login", username=username, password=password)
        assert answer.status == 422
        shown = fields(answer.text)
        assert [name for name, held in shown.items() if 'aria-invalid="true"' in held] == [wrong]
        assert f'id="e-{wrong}"' in answer.text
    assert await gateway.count("access.sign_in_failures") == 0


async def test_signing_in_comes_back_to_the_very_page(gateway: Gateway) -> None:
    await gateway.add_episode()
    stranger = await gateway.visitor()
    for path, target in (
        ("/?q=glory&kind=series", "/%3Fq%3Dglory%26kind%3Dseries"),
        ("/player?show=The%20Glory&ep=1", "/player%3Fshow%3DThe%2520Glory%26ep%3D1"),
        ("/setup?token=secret", "/setup"),
    ):
        text = (await stranger.ask("GET", path, encoded=True, headers={"Accept": "text/html"})).text
        assert f'href="/login?next={target}"' in text


async def test_an_open_library_is_watched_without_an_account(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, {1080: {"pixel": "https://p.example/1"}})
    nobody = await gateway.visitor()
    for path in ("/", "/title/the-glory", f"/watch/{episode}"):
        answer = await nobody.page(path)
        assert answer.status == 200
        assert 'href="/history"' not in answer.text
    state = (await nobody.get(f"/api/v1/episodes/{episode}/live-state")).json
    assert [link["play_url"] for link in state["links"]] == ["https://p.example/1"]
    told = {"position_s": 60}
    path = f"/api/v1/episodes/{episode}/progress"
    (await nobody.send("PUT", path, told)).problem(401, "sign_in_required")
    assert await gateway.count("catalog.watch_progress") == 0
