"""Resumable uploads to the PeerTube, by the codes of its documents."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from wellspring_demo.domain.platforms.boxes import tiny_film
from wellspring_demo.platforms.accounts import accounts

from .customer import Answer, Customer

SIZE = 1_000_000
FILM = tiny_film(90, SIZE)
START = "/api/v1/videos/upload-resumable"


class Uploader:
    """A client of the PeerTube."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self.about = accounts(customer.world.addresses)["peertube"]

    async def ask(self, method: str, path: str, **more: Any) -> Answer:
        return await self.customer.ask(method, self.about["url"] + path, **more)

    async def sign_in(self) -> None:
        client = (await self.ask("GET", "/api/v1/oauth-clients/local", bearer="")).body
        form = {**client, "grant_type": "password", "username": self.about["username"]}
        answer = await self.ask(
            "POST", "/api/v1/users/token", data=form | {"password": self.about["password"]}
        )
        assert answer.status == 200, answer.body
        self.customer.token = answer.body["access_token"]

    async def open(self, size: int = SIZE, kind: str = "video/mp4", **changes: Any) -> Answer:
        wish = {"name": "Nine Lantern Ferry - Episode 1", "channelId": self.about["channel_id"]}
        wish |= {"filename": "film.mp4", "privacy": 3, "tags": ["ws-0123456789"], **changes}
        headers = {"X-Upload-Content-Length": str(size), "X-Upload-Content-Type": kind}
        return await self.ask("POST", START, json=wish, headers=headers)

    async def begin(self, **changes: Any) -> str:
        answer = await self.open(**changes)
        assert answer.status == 201, answer.body
        scheme, location = "http:", answer.headers["Location"]
        assert (scheme + location).startswith(self.about["url"])
        return location.removeprefix(self.about["url"].removeprefix(scheme))

    async def put(self, path: str, start: int, stop: int, film: bytes = FILM) -> Answer:
        headers = {"Content-Range": f"bytes {start}-{stop - 1}/{len(film)}"}
        return await self.ask("PUT", path, data=film[start:stop], headers=headers)

    async def where(self, path: str) -> Answer:
        return await self.ask("PUT", path, headers={"Content-Range": f"bytes */{SIZE}"})

    async def upload(self, **changes: Any) -> dict[str, Any]:
        path = await self.begin(**changes)
        answer = await self.put(path, 0, SIZE)
        assert answer.status == 200, answer.body
        video: dict[str, Any] = answer.body["video"]
        return video


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        session._retry_connection = False  # else it sends a broken PUT once more by itself
        yield session


@pytest.fixture
async def uploader(customer: Customer) -> Uploader:
    made = Uploader(customer)
    await made.sign_in()
    return made


async def test_a_film_goes_up_privately_and_is_published_by_its_privacy(uploader: Uploader) -> None:
    path = await uploader.begin()
    first = await uploader.put(path, 0, 400_000)
    assert (first.status, first.headers["Range"]) == (308, "bytes=0-399999")
    last = await uploader.put(path, 400_000, SIZE)
    assert last.status == 200
    video = last.body["video"]
    assert (await uploader.ask("GET", f"/w/{video['shortUUID']}", bearer="")).status == 404
    assert (await uploader.ask("GET", f"/api/v1/videos/{video['id']}", bearer="")).status == 403
    mine = await uploader.ask("GET", "/api/v1/users/me/videos")
    assert [(one["uuid"], one["privacy"]["id"]) for one in mine.body["data"]] == [(video["uuid"], 3)]
    assert (await uploader.ask("PUT", f"/api/v1/videos/{video['id']}", json={"privacy": 1})).status == 204
    page = await uploader.ask("GET", f"/w/{video['shortUUID']}", bearer="")
    assert "Nine Lantern Ferry" in page.body
    told = await uploader.ask("GET", f"/api/v1/videos/{video['uuid']}", bearer="")
    film = told.body["files"][0]["fileUrl"].removeprefix(uploader.about["url"])
    assert (told.body["duration"], (await uploader.ask("HEAD", film, bearer="")).status) == (90, 200)


async def test_what_came_before_a_break_stays(uploader: Uploader, customer: Customer) -> None:
    path = await uploader.begin()
    customer.world.fault("peertube", "cut_upload", at=0.5, times=1)
    with pytest.raises(aiohttp.ClientError):
        await uploader.put(path, 0, SIZE)
    asked = await uploader.where(path)
    assert asked.status == 308
    at = int(asked.headers["Range"].removeprefix("bytes=0-")) + 1
    assert SIZE // 2 <= at < SIZE
    wrong = await uploader.put(path, 0, SIZE)
    assert (wrong.status, wrong.headers["Range"]) == (409, f"bytes=0-{at - 1}")
    again = await uploader.open()
    assert (again.status, again.headers["Location"].endswith(path)) == (200, True)
    assert (await uploader.put(path, at, SIZE)).status == 200


async def test_a_lost_last_answer_is_told_once_more_and_makes_no_second_video(
    uploader: Uploader, customer: Customer
) -> None:
    path = await uploader.begin()
    customer.world.fault("peertube", "cut_upload", at=1, times=1)
    with pytest.raises(aiohttp.ClientError):
        await uploader.put(path, 0, SIZE)
    again = await uploader.put(path, 0, SIZE)
    mine = (await uploader.ask("GET", "/api/v1/users/me/videos")).body
    assert (again.status, mine["total"]) == (200, 1)
    assert again.body["video"]["uuid"] == mine["data"][0]["uuid"]
    assert (await uploader.put(path, 0, SIZE)).status == 404


async def test_who_sends_at_once_and_who_sends_too_early_is_sent_away(
    uploader: Uploader, customer: Customer
) -> None:
    path = await uploader.begin()
    customer.world.fault("peertube", "stall_upload", at=0, delay_s=600, times=1)
    sending = asyncio.create_task(uploader.put(path, 0, SIZE))
    while not any(entry.content_length == SIZE for entry in customer.world.log.entries("peertube")):
        await asyncio.sleep(0)
    while (busy := await uploader.where(path)).status != 429:
        assert (busy.status, sending.done()) == (308, False)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await customer.control("peertube/settings", finishing_s=600)
    path = await uploader.begin(name="Another")
    finishing = asyncio.create_task(uploader.put(path, 0, SIZE))
    while not customer.world.state.peertube.finishing:
        assert not finishing.done()
        await asyncio.sleep(0)
    early = await uploader.where(path)
    assert early.status == 503
    assert early.headers["Retry-After"] == "300"
    finishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await finishing


@pytest.mark.parametrize(
    ("settings", "changes", "status", "code"),
    [
        ({"max_file_bytes": 999_999}, {}, 413, "max_file_size_reached"),
        ({"quota_bytes": 999_999}, {}, 413, "quota_reached"),
        ({"daily_quota_bytes": 999_999}, {}, 413, "quota_reached"),
        ({}, {"kind": "text/plain"}, 415, None),
        ({}, {"channelId": 5}, 400, None),
        ({}, {"name": "X"}, 400, None),
        ({}, {"tags": ["a", "b"]}, 400, None),
    ],
)
async def test_an_upload_that_will_not_do_is_refused_before_any_byte(
    uploader: Uploader, settings: dict[str, Any], changes: dict[str, Any], status: int, code: str | None
) -> None:
    await uploader.customer.control("peertube/settings", **settings)
    refused = await uploader.open(**changes)
    assert (refused.status, refused.headers["Content-Type"]) == (
        status,
        "application/problem+json; charset=utf-8",
    )
    assert code is None or code in refused.body


async def test_a_film_that_is_none_and_one_that_is_filtered_leave_nothing(
    uploader: Uploader, customer: Customer
) -> None:
    path = await uploader.begin()
    assert (await uploader.put(path, 0, SIZE, bytes(SIZE))).status == 422
    await customer.control("peertube/settings", filtered=True)
    path = await uploader.begin()
    assert (await uploader.put(path, 0, SIZE)).status == 403
    assert (await uploader.ask("GET", "/api/v1/users/me/videos")).body["total"] == 0


async def test_sessions_are_cancelled_forgotten_and_expire(uploader: Uploader, customer: Customer) -> None:
    path = await uploader.begin()
    assert (await uploader.ask("DELETE", path)).status == 204
    assert (await uploader.where(path)).status == 404
    path = await uploader.begin()
    await customer.control("peertube", do="forget")
    assert (await uploader.where(path)).status == 404
    path = await uploader.begin()
    await customer.control("peertube/settings", token_life_s=200_000)
    await uploader.sign_in()
    customer.world.clock.advance(90_000)
    assert (await uploader.where(path)).status == 410


async def test_a_season_is_a_playlist(uploader: Uploader) -> None:
    videos = [await uploader.upload(name=f"Episode {number}", privacy=1) for number in (1, 2)]
    wish = {"displayName": "Season 1", "privacy": "1", "videoChannelId": str(uploader.about["channel_id"])}
    made = await uploader.ask("POST", "/api/v1/video-playlists", data=wish)
    path = f"/api/v1/video-playlists/{made.body['videoPlaylist']['id']}"
    for video in videos:
        added = await uploader.ask("POST", f"{path}/videos", json={"videoId": video["id"]})
        assert added.status == 200
    shown = await uploader.ask("GET", f"{path}/videos", bearer="")
    assert [one["video"]["name"] for one in shown.body["data"]] == ["Episode 1", "Episode 2"]
    lists = await uploader.ask("GET", f"/api/v1/accounts/{uploader.about['username']}/video-playlists")
    assert [one["displayName"] for one in lists.body["data"]] == ["Season 1"]


async def test_a_video_that_waits_is_hidden_until_it_is_transcoded(
    uploader: Uploader, customer: Customer
) -> None:
    video = await uploader.upload(privacy=1, waitTranscoding=True)
    path = f"/api/v1/videos/{video['id']}"
    assert (await uploader.ask("GET", path)).body["state"]["id"] == 2
    assert (await uploader.ask("GET", path, bearer="")).status == 403
    customer.world.clock.advance(3)
    assert (await uploader.ask("GET", path, bearer="")).body["state"]["id"] == 1
    await customer.control("peertube", do="fail", video=video["id"])
    assert (await uploader.ask("GET", path)).body["state"]["id"] == 7


async def test_a_token_that_was_revoked_is_told_from_none(uploader: Uploader, customer: Customer) -> None:
    await customer.control("peertube", do="revoke")
    assert (await uploader.ask("GET", "/api/v1/users/me")).status == 401
    assert (await uploader.open()).status == 401
    await uploader.sign_in()
    me = await uploader.ask("GET", "/api/v1/users/me")
    assert [one["id"] for one in me.body["videoChannels"]] == [11, 12]


async def test_the_library_is_read_as_before(uploader: Uploader) -> None:
    listed = await uploader.ask("GET", "/api/v1/videos", bearer="")
    first = listed.body["data"][0]
    assert (await uploader.ask("GET", f"/api/v1/videos/{first['uuid']}")).body["name"] == first["name"]
    assert (await uploader.ask("GET", "/api/v1/video-channels/quiet_rivers")).status == 200
