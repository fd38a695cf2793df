"""What the Dailymotion refuses, and in which words."""

from typing import Any

import pytest

from .customer import Answer, Customer

PATH = "/v2/profiles/xdemo1/videos"


def v2_error(answer: Answer) -> tuple[int, str]:
    error = answer.body["error"]
    assert set(error) == {"code", "message", "correlation_id", "details", "documentation_url"}
    return answer.status, error["code"]


@pytest.mark.parametrize(
    ("realm", "changes", "error"),
    [
        ("v2", {"client_secret": "wrong"}, (401, "invalid_client")),
        ("v2", {"grant_type": "password"}, (400, "unsupported_grant_type")),
        ("partner", {"grant_type": "password"}, (400, "unsupported_grant_type")),
        ("legacy", {"grant_type": "client_credentials"}, (400, "unsupported_grant_type")),
        ("legacy", {"password": "wrong"}, (400, "invalid_grant")),
        ("legacy", {"grant_type": "refresh_token", "refresh_token": "made.up.one"}, (400, "invalid_grant")),
    ],
)
async def test_a_token_is_refused_in_the_words_of_oauth(
    customer: Customer, realm: str, changes: dict[str, str], error: tuple[int, str]
) -> None:
    answer = await customer.get_token(realm, "manage_videos", **changes)
    assert (answer.status, answer.body["error"]) == error


async def test_a_token_endpoint_takes_forms_only(customer: Customer) -> None:
    body = {"grant_type": "client_credentials", "client_id": "demo-key", "client_secret": "demo-secret"}
    answer = await customer.ask("POST", f"{customer.about['token']}/v2/token", json=body)
    assert (answer.status, answer.body["error"]) == (400, "invalid_request")


async def test_tokens_end_by_the_worlds_clock_and_by_revocation(customer: Customer) -> None:
    told = await customer.get_token()
    assert told.body["expires_in"] == 1_800
    customer.token = told.body["access_token"]
    assert (await customer.ask("GET", "/v2/me")).status == 200
    customer.world.clock.advance(1_801)
    expired = await customer.ask("GET", "/v2/me")
    assert v2_error(expired) == (401, "UNAUTHENTICATED")
    assert 'error="invalid_token"' in expired.headers["WWW-Authenticate"]
    await customer.control("dailymotion/settings", token_life_s={"v2": 7_200})
    await customer.sign_in()
    customer.world.clock.advance(7_000)
    assert (await customer.ask("GET", "/v2/me")).status == 200
    await customer.control("dailymotion", do="revoke")
    assert (await customer.ask("GET", "/v2/me")).status == 401


async def test_a_public_key_refreshes_its_token(customer: Customer) -> None:
    first = (await customer.get_token("legacy", "manage_videos")).body
    changes = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = (await customer.get_token("legacy", **changes)).body
    assert (second["scope"], second["access_token"] == first["access_token"]) == ("manage_videos", False)
    customer.token = second["access_token"]
    assert (await customer.ask("GET", "/file/upload")).status == 200


async def test_a_scope_that_a_token_lacks_is_forbidden(customer: Customer) -> None:
    await customer.sign_in("v2", "video.read")
    refused = await customer.ask("POST", "/v2/files/upload_sessions")
    assert v2_error(refused) == (403, "MISSING_PERMISSIONS")
    await customer.sign_in("legacy", "email")
    refused = await customer.ask("GET", "/file/upload")
    assert (refused.status, refused.body["error"]["type"]) == (403, "access_forbidden")


async def test_a_token_of_one_generation_is_none_of_another(customer: Customer) -> None:
    await customer.sign_in("v2")
    refused = await customer.ask("GET", "/me")
    assert (refused.status, refused.body["error"]["code"]) == (401, 401)
    assert 'error="invalid_token", error_description="' in refused.headers["WWW-Authenticate"]
    await customer.sign_in("partner", "manage_videos")
    assert (await customer.ask("GET", "/v2/me")).status == 401


async def test_a_key_alone_has_no_me(customer: Customer) -> None:
    await customer.sign_in("partner", "manage_videos")
    assert (await customer.ask("POST", f"{customer.about['partner']}/rest/me/videos", data={})).status == 403
    mine = await customer.ask("GET", f"{customer.about['partner']}/rest/user/xdemo1/videos")
    assert (mine.status, mine.body["total"]) == (200, 0)


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"title": None}, "MISSING_REQUIRED_PARAMETER", "title"),
        ({"category": None}, "MISSING_REQUIRED_PARAMETER", "category"),
        ({"is_for_kids": None}, "MISSING_REQUIRED_PARAMETER", "is_for_kids"),
        ({"visibility": None}, "MISSING_REQUIRED_PARAMETER", "visibility"),
        ({"source": None}, "MISSING_REQUIRED_PARAMETER", "source"),
        ({"source": {"url": "http://x"}}, "MISSING_REQUIRED_PARAMETER", "source.file_url"),
        ({"category": "anime"}, "INVALID_PARAMETER", "category"),
        ({"is_for_kids": "false"}, "INVALID_PARAMETER", "is_for_kids"),
        ({"visibility": "hidden"}, "INVALID_PARAMETER", "visibility"),
        ({"title": "x" * 256}, "INVALID_PARAMETER", "title"),
        ({"description": "x" * 3_001}, "INVALID_PARAMETER", "description"),
        ({"source": {"file_url": "film.mp4"}}, "INVALID_PARAMETER", "source.file_url"),
    ],
)
async def test_a_field_that_is_missing_or_wrong_is_named(
    customer: Customer, changes: dict[str, Any], code: str, param: str
) -> None:
    await customer.sign_in()
    refused = await customer.create("http://127.0.0.1:1/film.mp4", **changes)
    assert v2_error(refused) == (400, code)
    assert refused.body["error"]["details"]["param"] == param


@pytest.mark.parametrize(
    ("form", "kind", "param"),
    [
        ({"channel": "tv", "is_created_for_kids": "0"}, "missing_required_parameter", "title"),
        ({"title": "A", "is_created_for_kids": "0"}, "missing_required_parameter", "channel"),
        ({"title": "A", "channel": "tv"}, "missing_required_parameter", "is_created_for_kids"),
        ({"title": "A", "channel": "anime", "is_created_for_kids": "0"}, "invalid_parameter", "channel"),
    ],
)
async def test_the_older_apis_name_a_field_in_their_own_words(
    customer: Customer, form: dict[str, str], kind: str, param: str
) -> None:
    await customer.sign_in("legacy", "manage_videos")
    refused = await customer.ask("POST", "/me/videos", data={**form, "url": "http://127.0.0.1:1/film.mp4"})
    error = refused.body["error"]
    assert (refused.status, error["code"], error["type"]) == (400, 400, kind)
    assert error["error_data"]["param"] == param


async def test_a_foreign_profile_a_strange_one_and_a_made_up_file(customer: Customer) -> None:
    await customer.sign_in()
    body = {"title": "A", "category": "tv", "visibility": "public", "is_for_kids": False}
    body["source"] = {"file_url": f"{customer.about['uploads'][0]}/files/{'0' * 32}.mp4"}
    foreign = await customer.ask("POST", "/v2/profiles/xother/videos", json=body)
    assert v2_error(foreign) == (403, "MISSING_PERMISSIONS")
    strange = await customer.ask("POST", "/v2/profiles/xnobody/videos", json=body)
    assert v2_error(strange) == (404, "RESOURCE_NOT_FOUND")
    assert v2_error(await customer.ask("POST", PATH, json=body)) == (400, "INVALID_PARAMETER")


async def test_an_address_with_another_seal_or_of_another_host_takes_nothing(customer: Customer) -> None:
    await customer.sign_in()
    url = (await customer.open())["upload_url"]
    assert (await customer.send(url[:-1] + ("0" if url[-1] != "0" else "1"), b"film")).status == 403
    other = next(host for host in customer.about["uploads"] if not url.startswith(host))
    assert (await customer.send(other + url[url.index("/upload?") :], b"film")).status == 404
    form = await customer.ask("POST", url, bearer="", data={"film": "x"})
    assert form.status == 400


async def test_an_address_dies_after_four_idle_hours(customer: Customer) -> None:
    await customer.sign_in()
    opened = await customer.open()
    customer.world.clock.advance(4 * 3_600 + 1)
    progress = await customer.ask("GET", opened["progress_url"], bearer="")
    assert progress.body == {"state": "error"}
    assert (await customer.send(opened["upload_url"], b"film")).status == 410
