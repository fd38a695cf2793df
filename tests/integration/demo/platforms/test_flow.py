"""A film goes up, is made into a video, and is seen by everybody: in all three generations."""

import aiohttp
import pytest

from wellspring_demo.domain.platforms.boxes import tiny_film
from wellspring_demo.domain.request_log import Entry
from wellspring_demo.platforms.contract import RECEIPT

from .customer import Customer

DONE_S = 10


async def test_the_newest_api_takes_a_film_from_draft_to_page(customer: Customer) -> None:
    await customer.sign_in()
    opened = await customer.open()
    film = tiny_film(60, 5_000)
    sent = await customer.send(opened["upload_url"], film, "Ferry.mp4")
    assert sent.status == 200
    assert sorted(sent.body) == sorted(RECEIPT)
    assert all(isinstance(value, str) for value in sent.body.values())
    assert (sent.body["duration"], sent.body["size"], sent.body["name"]) == ("60000", "5000", "Ferry")
    assert (await customer.ask("GET", opened["progress_url"], bearer="")).body == {"state": "done"}
    made = await customer.create(sent.body["url"], visibility="private")
    assert made.status == 201
    video = f"/v2/videos/{made.body['video_id']}"
    customer.world.clock.advance(DONE_S)
    page = f"{customer.about['www']}/video/{made.body['video_id']}"
    assert (await customer.ask("GET", page)).status == 404
    assert (await customer.ask("PATCH", video, json={"visibility": "public"})).body["is_published"] is True
    shown = await customer.ask("GET", page)
    assert "Nine Lantern Ferry" in shown.body
    film_url = f"{customer.about['www']}/film/{made.body['video_id']}.mp4"
    async with customer.http.get(film_url, headers={"Range": "bytes=10-19"}) as answer:
        assert (answer.status, await answer.read()) == (206, film[10:20])
    assert "Nine Lantern Ferry" in (await customer.ask("GET", customer.about["channel"])).body


@pytest.mark.parametrize(("realm", "who"), [("legacy", "me"), ("partner", "user/xdemo1")])
async def test_the_older_apis_take_a_film_from_draft_to_page(
    customer: Customer, realm: str, who: str
) -> None:
    await customer.sign_in(realm, "manage_videos")
    base = f"{customer.about['partner']}/rest" if realm == "partner" else customer.about["api"]
    opened = await customer.ask("GET", f"{base}/file/upload")
    sent = await customer.send(opened.body["upload_url"], tiny_film(60))
    form = {"url": sent.body["url"], "title": "A Film", "channel": "tv", "is_created_for_kids": "false"}
    made = await customer.ask("POST", f"{base}/{who}/videos", data={**form, "published": "false"})
    assert made.status == 200, made.body
    video = f"{base}/video/{made.body['id']}"
    customer.world.clock.advance(DONE_S)
    fields = {"fields": "id,status,published,encoding_progress"}
    told = {"id": made.body["id"], "encoding_progress": -1}
    before = await customer.ask("GET", video, params=fields)
    assert before.body == {**told, "status": "ready", "published": False}
    await customer.ask("POST", video, data={"published": "true"})
    after = await customer.ask("GET", video, params=fields)
    assert after.body == {**told, "status": "published", "published": True}
    page = f"{customer.about['www']}/video/{made.body['id']}"
    assert "A Film" in (await customer.ask("GET", page)).body


async def test_hosts_are_origins_of_their_own_and_the_log_tells_who_showed_a_token(
    customer: Customer, http: aiohttp.ClientSession
) -> None:
    await customer.sign_in()
    await customer.create(await customer.uploaded())
    about = customer.about
    assert len({about["api"], about["token"], about["partner"], *about["uploads"], about["www"]}) == 6

    def shown(target: str) -> list[str | None]:
        entries: list[Entry] = customer.world.log.entries(target)
        return [entry.authorization for entry in entries]

    assert shown("dailymotion-upload") == [None]
    assert shown("dailymotion") == ["Bearer", "Bearer"]
