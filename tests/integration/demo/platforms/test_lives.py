"""What becomes of a video: processing, verdicts, lists with a lag, playlists, and a restart in between."""

from pathlib import Path

import aiohttp
import pytest

from wellspring_demo.domain.platforms.boxes import tiny_film
from wellspring_demo.world import running_platforms

from .customer import Customer

PATH = "/v2/profiles/xdemo1/videos"


async def status(customer: Customer, video: str) -> tuple[str, int]:
    told = await customer.ask("GET", f"/v2/videos/{video}", params={"fields": "processing,is_published"})
    return told.body["processing"]["status"], told.body["processing"]["progress"]


async def test_a_video_is_processed_by_the_worlds_clock(customer: Customer) -> None:
    await customer.control("clock", rate=0)
    pace = {"waiting_s": 10, "encoding_s": 100, "publishing_s": 10}
    await customer.control("dailymotion/settings", pace=pace)
    await customer.sign_in()
    made = (await customer.create(await customer.uploaded())).body["video_id"]
    seen = []
    for step_s in (0, 15, 50, 50, 10):
        customer.world.clock.advance(step_s)
        seen.append(await status(customer, made))
    assert seen == [
        ("waiting", 0),
        ("processing", 5),
        ("processing", 55),
        ("processing", 100),
        ("published", 0),
    ]


@pytest.mark.parametrize("verdict", ["rejected", "encoding_error"])
async def test_a_verdict_falls_on_the_next_video_or_on_one_that_is_there(
    customer: Customer, verdict: str
) -> None:
    await customer.sign_in()
    await customer.control("dailymotion", do="judge", verdict=verdict)
    url = await customer.uploaded()
    first, second = [(await customer.create(url)).body["video_id"] for _ in range(2)]
    customer.world.clock.advance(60)
    assert [(await status(customer, one))[0] for one in (first, second)] == [verdict, "published"]
    await customer.control("dailymotion", do="judge", verdict=verdict, video=second)
    assert (await status(customer, second))[0] == verdict
    assert (await customer.ask("GET", f"{customer.about['www']}/video/{second}")).status == 404


async def test_a_file_that_is_no_film_is_taken_and_fails_when_it_is_encoded(customer: Customer) -> None:
    await customer.sign_in()
    sent = await customer.send((await customer.open())["upload_url"], b"no film" * 100)
    assert (sent.body["streamable"], sent.body["duration"]) == ("No", "0")
    made = (await customer.create(sent.body["url"])).body["video_id"]
    customer.world.clock.advance(60)
    assert (await status(customer, made))[0] == "encoding_error"


async def test_one_file_makes_two_videos_when_it_is_asked_twice(customer: Customer) -> None:
    await customer.sign_in()
    url = await customer.uploaded()
    made = {(await customer.create(url)).body["video_id"] for _ in range(2)}
    assert len(made) == 2


async def test_a_film_elsewhere_is_pulled(customer: Customer) -> None:
    await customer.sign_in()
    first = (await customer.create(await customer.uploaded(seconds=75))).body["video_id"]
    customer.world.clock.advance(60)
    film = f"{customer.about['www']}/film/{first}.mp4"
    pulled, lost = [
        (await customer.create(url)).body["video_id"] for url in (film, film.replace(first, "gone"))
    ]

    async def books(key: str) -> dict[str, object]:
        return next(one for one in (await customer.books())["videos"] if one["id"] == key)

    while (await books(pulled))["film"] is None or (await status(customer, lost))[0] == "waiting":
        customer.world.clock.advance(5)
    customer.world.clock.advance(60)
    assert ((await books(pulled))["duration"], (await status(customer, lost))[0]) == (75, "encoding_error")


async def test_lists_lag_and_answer_in_pages(customer: Customer) -> None:
    await customer.control("dailymotion/settings", list_lag_s=90, plan="unlimited")
    await customer.sign_in()
    url = await customer.uploaded()
    made = []
    for number in range(5):
        made.append((await customer.create(url, title=f"Episode {number}")).body["video_id"])
        customer.world.clock.advance(1)
    query = {"page_size": "2", "fields": "video_id,title,tags"}
    assert (await customer.ask("GET", PATH, params=query)).body["data"] == []
    assert (await customer.ask("GET", f"/v2/videos/{made[0]}")).status == 200
    customer.world.clock.advance(90)
    seen = []
    for page in ("1", "2", "3"):
        found = (await customer.ask("GET", PATH, params={**query, "page": page})).body
        seen += [one["video_id"] for one in found["data"]]
        assert found["pagination"]["has_more"] is (page != "3")
    assert seen == made[::-1]
    refused = await customer.ask("GET", PATH, params={"page_size": "101"})
    assert (refused.status, refused.body["error"]["details"]) == (400, {"param": "page_size"})


async def test_a_stranger_sees_no_drafts(customer: Customer) -> None:
    await customer.sign_in()
    url = await customer.uploaded()
    public = (await customer.create(url)).body["video_id"]
    private = (await customer.create(url, visibility="private")).body
    customer.world.clock.advance(60)
    strangers = await customer.ask("GET", "/user/xdemo1/videos", bearer="")
    assert [one["id"] for one in strangers.body["list"]] == [public]
    assert (await customer.ask("GET", f"/video/{private['video_id']}", bearer="")).status == 404
    assert (await customer.ask("GET", private["video_url"])).status == 200


@pytest.mark.parametrize("realm", ["v2", "legacy"])
async def test_a_season_is_a_playlist(customer: Customer, realm: str) -> None:
    await customer.sign_in("v2")
    url = await customer.uploaded()
    videos = [(await customer.create(url, title=f"Episode {n}")).body["video_id"] for n in (1, 2)]
    if realm == "v2":
        made = await customer.ask("POST", "/v2/profiles/xdemo1/playlists", json={"title": "Season 1"})
        key = made.body["playlist_id"]
        for video in videos:
            added = await customer.ask("POST", f"/v2/playlists/{key}/videos", json={"video_id": video})
            assert added.status == 201
        listed = await customer.ask("GET", "/v2/profiles/xdemo1/playlists")
        assert [one["title"] for one in listed.body["data"]] == ["Season 1"]
    else:
        await customer.sign_in("legacy", "manage_videos manage_playlists")
        made = await customer.ask("POST", "/me/playlists", data={"name": "Season 1"})
        key = made.body["id"]
        for video in [*videos, videos[0]]:
            assert (await customer.ask("POST", f"/playlist/{key}/videos/{video}")).status == 200
        listed = await customer.ask("GET", f"/playlist/{key}/videos", params={"fields": "title"})
        assert [one["title"] for one in listed.body["list"]] == ["Episode 1", "Episode 2"]
    customer.world.clock.advance(60)
    page = (await customer.ask("GET", f"{customer.about['www']}/playlist/{key}", bearer="")).body
    assert page.index("Episode 1") < page.index("Episode 2")


async def test_everything_is_there_after_a_restart(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with running_platforms(tmp_path) as world:
        before = Customer(http, world)
        await before.control("dailymotion/settings", plan={"videos_per_day": 1}, list_lag_s=0.5)
        await before.sign_in()
        url = await before.uploaded(seconds=77)
        opened = await before.open()
        headers = {"Content-Range": "bytes 0-99/1000", "Content-Type": "application/octet-stream"}
        film = tiny_film(60, 1_000)
        await before.ask("POST", opened["upload_url"], bearer="", data=film[:100], headers=headers)
        kept = (await before.create(url)).body["video_id"]
        draft = await before.create(url, visibility="private")
        assert draft.status == 403
    async with running_platforms(tmp_path) as world:
        after = Customer(http, world, token=before.token)
        told = (await after.ask("GET", f"/v2/videos/{kept}")).body
        assert (told["video_id"], told["source"]["duration"]) == (kept, 77)
        assert (await after.create(url)).status == 403
        await after.control("dailymotion/settings", plan="unlimited")
        assert (await after.create(url)).status == 201
        old = next(host for host in before.about["uploads"] if opened["upload_url"].startswith(host))
        new = after.about["uploads"][before.about["uploads"].index(old)]
        rest = {"Content-Range": "bytes 100-999/1000", "Content-Type": "application/octet-stream"}
        whole = await after.ask(
            "POST", opened["upload_url"].replace(old, new), bearer="", data=film[100:], headers=rest
        )
        assert (whole.status, whole.body["duration"]) == (200, "60000")


async def test_a_reset_forgets_all_but_the_tokens(customer: Customer) -> None:
    await customer.sign_in()
    await customer.control("dailymotion/settings", plan={"videos_per_day": 1}, refusal="bad_request")
    url = await customer.uploaded()
    assert (await customer.create(url)).status == 201
    await customer.control("dailymotion", do="reset")
    await customer.control("peertube", do="reset")
    books = await customer.books()
    assert (books["videos"], books["uploads"], books["settings"]["refusal"]) == ([], [], "forbidden")
    assert list(customer.world.dailymotion.films.iterdir()) == []
    assert (await customer.create(url)).status == 400
    assert (await customer.create(await customer.uploaded())).status == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("dailymotion", {"do": "nothing"}),
        ("dailymotion", {"do": "judge", "verdict": "fine"}),
        ("dailymotion", {"do": "delete", "video": "x"}),
        ("dailymotion/settings", {"weather": "fine"}),
        ("dailymotion/settings", {"refusal": "polite"}),
        ("dailymotion/settings", {"upload_hosts": ["site"]}),
        ("dailymotion/settings", {"token_life_s": {"v9": 1}}),
        ("dailymotion/settings", {"plan": "golden"}),
        ("peertube", {"do": "nothing"}),
        ("peertube/settings", {"weather": "fine"}),
        ("doors", {"target": "dailymotion"}),
        ("faults", {"target": "dailymotion", "kind": "cut_upload"}),
        ("faults", {"target": "dailymotion-upload", "kind": "cut_upload", "at": 2}),
    ],
)
async def test_a_command_that_makes_no_sense_is_explained(
    customer: Customer, path: str, body: dict[str, object]
) -> None:
    answer = await customer.control(path, **body)
    assert answer.status == 400
    assert answer.body["error"]
