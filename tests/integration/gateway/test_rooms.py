"""What stands around a picture: subtitles, marks, and how the player's page tells of both."""

import base64
import json
import re
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from aiohttp import FormData, web

from tests.support.serving import serving

from .conftest import Start
from .running import PAGE, Gateway, OwnGateway, Visitor

SRT = "1\n00:00:01,000 --> 00:00:02,000\n안녕하세요\n"
VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n안녕하세요\n"
KEY = {"Idempotency-Key": "the-same-subtitles"}
INTRO = {"start_s": 60, "end_s": 150}


@pytest.fixture
async def operator(gateway: Gateway) -> Visitor:
    return await gateway.signed_in("operator")


async def told_by(visitor: Visitor, episode: int) -> Any:
    """Return what the player's page tells its scripts."""
    text = (await visitor.page(f"/watch/{episode}")).text
    found = re.search(r'id="room-told">(.*?)</script>', text, re.DOTALL)
    assert found is not None, text[:500]
    return json.loads(found[1])


async def test_subtitles_are_kept_as_webvtt_told_to_the_player_and_served(
    gateway: Gateway, operator: Visitor
) -> None:
    episode = await gateway.add_episode()
    path = f"/api/v1/episodes/{episode}/subtitles"
    answer = await operator.send("POST", path, {"language": "ko", "text": SRT}, **KEY)
    assert answer.status == 201, answer.text
    again = await operator.send("POST", path, {"language": "ko", "text": SRT}, **KEY)
    assert (again.status, again.json) == (201, answer.json)
    twin = await operator.send("POST", path, {"language": "ko", "text": SRT})
    twin.problem(409, "subtitles_exist")
    file = base64.b64encode(SRT.encode("cp949")).decode()
    other = await operator.send("POST", path, {"language": "ko", "label": "둘째", "file": file})
    assert other.status == 201, other.text
    stranger = await gateway.visitor()
    for made in (answer, other):
        served = await stranger.get(made.json["url"])
        assert (served.status, served.text) == (200, VTT)
        assert served.headers["Content-Type"] == "text/vtt; charset=utf-8"
    listed = (await stranger.get(path)).json["subtitles"]
    assert [each["label"] for each in listed] == ["", "둘째"]
    assert [each["url"] for each in (await told_by(stranger, episode))["subtitles"]] == [
        each["url"] for each in listed
    ]
    assert (await operator.send("DELETE", f"/api/v1/subtitles/{other.json['id']}", None)).status == 204
    (await stranger.get(other.json["url"])).problem(404, "not_found")
    gone = await operator.send("DELETE", f"/api/v1/subtitles/{other.json['id']}", None)
    gone.problem(404, "unknown_subtitles")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"language": "ko", "text": "no subtitles"}, 422, "not_subtitles"),
        ({"language": "ko"}, 422, "invalid"),
        ({"language": "ko", "text": SRT, "url": "https://a.example/a.srt"}, 422, "invalid"),
        ({"language": "Korean!", "text": SRT}, 422, "invalid"),
        ({"language": "ko", "file": "no base64!"}, 422, "invalid"),
        ({"language": "ko", "url": "http://127.0.0.1/a.srt"}, 422, "invalid"),
        ({"language": "ko", "url": "file:///etc/passwd"}, 422, "invalid"),
    ],
)
async def test_what_is_no_subtitle_file_is_refused(
    gateway: Gateway, operator: Visitor, body: dict[str, Any], status: int, code: str
) -> None:
    episode = await gateway.add_episode()
    (await operator.send("POST", f"/api/v1/episodes/{episode}/subtitles", body)).problem(status, code)
    assert await gateway.count("catalog.subtitles") == 0


async def test_only_operators_change_what_stands_around_a_picture(gateway: Gateway) -> None:
    episode, viewer = await gateway.add_episode(), await gateway.signed_in("viewer")
    for method, path, body in (
        ("POST", f"/api/v1/episodes/{episode}/subtitles", {"language": "ko", "text": SRT}),
        ("DELETE", "/api/v1/subtitles/1", None),
        ("PUT", f"/api/v1/episodes/{episode}/marks", {}),
        ("DELETE", f"/api/v1/episodes/{episode}/marks", None),
        ("PUT", "/api/v1/titles/1/marks", {}),
    ):
        (await viewer.send(method, path, body)).problem(403, "forbidden")
    operator = await gateway.signed_in("operator")
    unknown = await operator.send("POST", "/api/v1/episodes/99/subtitles", {"language": "ko", "text": SRT})
    unknown.problem(404, "unknown_episode")
    (await operator.send("PUT", "/api/v1/episodes/99/marks", {})).problem(404, "unknown_episode")
    (await operator.send("PUT", "/api/v1/titles/99/marks", {})).problem(404, "unknown_title")


async def test_an_episode_has_its_series_marks_until_it_has_its_own(
    gateway: Gateway, operator: Visitor
) -> None:
    first, second = await gateway.add_episode(), await gateway.add_episode(number=2)
    title = await gateway.sql.fetchval("select title_id from catalog.episodes where id = $1", first)
    of_title, own = f"/api/v1/titles/{title}/marks", f"/api/v1/episodes/{second}/marks"
    assert (await operator.get(of_title)).json == {"intro": None, "outro": None, "of": "none"}
    assert (await operator.send("PUT", of_title, {"intro": INTRO})).json["of"] == "title"
    assert (await operator.get(own)).json == {"intro": INTRO, "outro": None, "of": "title"}
    outro = {"start_s": 1300.5, "end_s": 1400}
    assert (await operator.send("PUT", own, {"outro": outro})).json == {
        "intro": None,
        "outro": outro,
        "of": "episode",
    }
    stranger = await gateway.visitor()
    assert (await told_by(stranger, first))["marks"] == {"intro": {"start": 60, "end": 150}, "outro": None}
    assert (await told_by(stranger, second))["marks"]["outro"] == {"start": 1300.5, "end": 1400}
    backwards = {"intro": {"start_s": 5, "end_s": 5}}
    (await operator.send("PUT", own, backwards)).problem(422, "invalid")
    assert (await operator.send("DELETE", own, None)).status == 204
    assert (await operator.get(own)).json["of"] == "title"


async def test_an_operator_does_it_all_by_pages(gateway: Gateway, operator: Visitor) -> None:
    episode = await gateway.add_episode()
    title = await gateway.sql.fetchval("select title_id from catalog.episodes where id = $1", episode)
    await operator.page(f"/admin/titles/{title}/marks")
    wrong = await operator.form(f"/admin/titles/{title}/marks", intro_start="later", intro_end="2:30")
    assert wrong.status == 422
    assert 'value="later"' in wrong.text
    right = await operator.form(f"/admin/titles/{title}/marks", intro_start="1:00", intro_end="2:30")
    assert right.headers["Location"] == f"/admin/titles/{title}/marks?saved=true"
    page = (await operator.page(f"/admin/episodes/{episode}")).text
    assert 'value="2:30"' in page

    async def sent(body: bytes, **fields: str) -> Any:
        data = FormData({"csrf_token": operator.csrf, **fields})
        data.add_field("file", body, filename="a.srt", content_type="application/x-subrip")
        headers = {**PAGE, "Origin": gateway.url, "Sec-Fetch-Site": "same-origin"}
        return await operator.ask("POST", f"/admin/episodes/{episode}/subtitles", data=data, headers=headers)

    assert (await sent(SRT.encode("cp949"), language="ko", label="자막")).status == 303
    refused = await sent(b"nothing", language="en")
    assert (refused.status, "No subtitles are in it" in refused.text) == (422, True)
    empty = await sent(b"", language="en", url="")
    assert (empty.status, "Choose a file" in empty.text) == (422, True)
    row = await gateway.sql.fetchrow("select id, vtt, label from catalog.subtitles")
    assert row is not None
    assert (row["vtt"], row["label"]) == (VTT, "자막")
    own = await operator.form(f"/admin/episodes/{episode}/marks", own="true", intro_start="0", intro_end="30")
    assert own.status == 303
    assert (await told_by(operator, episode))["marks"]["intro"] == {"start": 0, "end": 30}
    assert (await operator.form(f"/admin/episodes/{episode}/marks")).status == 303
    assert (await told_by(operator, episode))["marks"]["intro"] == {"start": 60, "end": 150}
    removed = await operator.form(f"/admin/episodes/{episode}/subtitles/{row['id']}/remove")
    assert removed.status == 303
    assert await gateway.count("catalog.subtitles") == 0


@pytest.fixture
async def elsewhere(start_gateway: Start) -> AsyncGenerator[tuple[OwnGateway, str]]:
    """Start a gateway that may reach a server of subtitles."""
    app = web.Application()
    app.router.add_get("/{name}", _file)
    async with serving(app) as port:
        address = f"127.0.0.1:{port}"
        yield await start_gateway(WELLSPRING_ALLOW_PRIVATE_HOSTS=address), f"http://{address}"


async def _file(request: web.Request) -> web.Response:
    files = {"a.srt": SRT.encode("cp949"), "long.srt": SRT.encode() * 40_000}
    body = files.get(request.match_info["name"])
    return (
        web.Response(body=body, content_type="text/plain") if body is not None else web.Response(status=404)
    )


async def test_a_file_of_elsewhere_is_fetched_once_and_kept(elsewhere: tuple[OwnGateway, str]) -> None:
    gateway, host = elsewhere
    operator, episode = await gateway.signed_in("operator"), await gateway.add_episode()
    path = f"/api/v1/episodes/{episode}/subtitles"
    answer = await operator.send("POST", path, {"language": "ko", "url": f"{host}/a.srt"})
    assert answer.status == 201, answer.text
    assert (await operator.get(answer.json["url"])).text == VTT
    for name in ("missing.srt", "long.srt"):
        refused = await operator.send("POST", path, {"language": "en", "url": f"{host}/{name}"})
        refused.problem(422, "bad_subtitles")
