"""`GET /get_link` and `GET /scrape`: the seed's URLs with the seed's shapes."""

import asyncio
import re
from datetime import timedelta

from .conftest import Start
from .running import Gateway

GLORY = {"show": "The Glory", "ep": "1"}
CACHE = {
    480: {
        "pixel": "https://pixeldrain.com/u/abc123",
        "fsl": "https://fsl.com/download/def456",
        "10gbps": "https://10gbps.com/file/ghi789",
    },
    720: {
        "pixel": "https://pixeldrain.com/u/jkl012",
        "fsl": "https://fsl.com/download/mno345",
        "10gbps": "https://10gbps.com/file/pqr678",
    },
    1080: {
        "pixel": "https://pixeldrain.com/u/stu901",
        "fsl": "https://fsl.com/download/vwx234",
        "10gbps": "https://10gbps.com/file/yz567",
    },
}


async def test_the_first_time_the_master_links_are_answered(gateway: Gateway) -> None:
    await gateway.add_episode()
    answer = await (await gateway.visitor()).get("/get_link", params=GLORY)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json == {
        "status": "master",
        "links": {
            "480": "https://vcloud.lol/abc123",
            "720": "https://vcloud.lol/def456",
            "1080": "https://vcloud.lol/ghi789",
        },
        "server_info": {
            "server_count": 0,
            "needs_force_scrape": True,
            "message": "No cached servers found. Please use Force Scrape.",
        },
    }


async def test_with_nine_servers_cached_they_are_answered(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, CACHE)
    answer = await (await gateway.visitor()).get("/get_link", params=GLORY)
    assert answer.json == {
        "status": "cached",
        "links": {
            "480": {
                "pixel": "https://pixeldrain.com/u/abc123",
                "fsl": "https://fsl.com/download/def456",
                "10gbps": "https://10gbps.com/file/ghi789",
            },
            "720": {
                "pixel": "https://pixeldrain.com/u/jkl012",
                "fsl": "https://fsl.com/download/mno345",
                "10gbps": "https://10gbps.com/file/pqr678",
            },
            "1080": {
                "pixel": "https://pixeldrain.com/u/stu901",
                "fsl": "https://fsl.com/download/vwx234",
                "10gbps": "https://10gbps.com/file/yz567",
            },
        },
        "server_info": {"server_count": 9, "needs_force_scrape": False},
    }


async def test_dead_and_expired_links_are_no_cache(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    visitor = await gateway.visitor()
    await gateway.add_links(episode, {480: CACHE[480]}, state="dead")
    past = timedelta(hours=-1)
    await gateway.add_links(episode, {720: CACHE[720]}, expires_in=past, basis="parameter")
    assert (await visitor.get("/get_link", params=GLORY)).json["status"] == "master"
    # six hours are only a guess where nobody says when a link dies: one seen alive a moment ago is offered
    await gateway.add_links(episode, {1080: CACHE[1080]}, expires_in=past, basis="default")
    answer = (await visitor.get("/get_link", params=GLORY)).json
    assert (answer["status"], list(answer["links"])) == ("cached", ["1080"])
    assert answer["server_info"] == {
        "server_count": 3,
        "needs_force_scrape": True,
        "message": "Only 3 of 9 servers found. You can use Force Scrape.",
    }


async def test_a_verdict_on_an_older_generation_counts_for_nothing(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, {480: {"pixel": "https://pixeldrain.com/u/abc123"}}, state="dead")
    await gateway.sql.execute("update links.links set generation = 2")
    answer = await (await gateway.visitor()).get("/get_link", params=GLORY)
    assert answer.json["status"] == "cached"


async def test_many_shows_live_beside_each_other(gateway: Gateway) -> None:
    for show, number in (("The Glory", 1), ("The Glory", 2), ("The Match", 1), ("Pilot: 100%", 12.5)):
        await gateway.add_episode(show, number)
    visitor = await gateway.visitor()
    for show, ep in (
        ("The Glory", "2"),
        ("the glory", "1.0"),
        ("the-glory", " 1 "),
        (" The Match ", "1"),
        ("Pilot: 100%", "12.5"),
        ("Pilot: 100%", "12,5"),
    ):
        answer = await visitor.get("/get_link", params={"show": show, "ep": ep})
        assert answer.json["status"] == "master", (show, ep, answer.text)
    assert (await visitor.get("/get_link", params={"show": "The Match"})).json["status"] == "master"


async def test_what_is_not_there_is_a_problem_that_says_what(gateway: Gateway) -> None:
    await gateway.add_episode()
    visitor = await gateway.visitor()
    for path in ("/get_link", "/scrape"):
        for show, ep, code in (
            ("Nobody", "1", "unknown_show"),
            ("", "1", "unknown_show"),
            ("\x00", "1", "unknown_show"),
            ("x" * 5000, "1", "unknown_show"),
            ("' or 1=1 --", "1", "unknown_show"),
            ("The Glory", "2", "unknown_episode"),
            ("The Glory", "one", "unknown_episode"),
            ("The Glory", "-1", "unknown_episode"),
            ("The Glory", "nan", "unknown_episode"),
            ("The Glory", "1e400000000", "unknown_episode"),
            ("The Glory", "9" * 5000, "unknown_episode"),
            ("The Glory", "", "unknown_episode"),
        ):
            answer = await visitor.get(path, params={"show": show, "ep": ep})
            answer.problem(404, code)
    assert await gateway.count("links.jobs") == 0


async def test_a_scrape_is_queued_once_however_often_it_is_asked_for(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    visitor = await gateway.visitor()
    first = await visitor.get("/scrape", params=GLORY)
    assert (first.status, first.json) == (200, {"status": "queued"})
    again = await asyncio.gather(*(visitor.get("/scrape", params=GLORY) for _ in range(5)))
    assert [answer.json for answer in again] == [{"status": "queued"}] * 5
    job = await gateway.sql.fetchrow("select * from links.jobs")
    assert job is not None
    assert {answer.headers["Location"] for answer in (first, *again)} == {f"/api/v1/jobs/{job['id']}"}
    assert (job["kind"], job["lane"], job["state"], job["reason"]) == (
        "scrape",
        "interactive",
        "queued",
        "force",
    )
    assert await gateway.count("links.jobs") == 1
    told = await gateway.told("scrape.requested")
    assert [(each["job_id"], each["episode_id"]) for each in told] == [(str(job["id"]), episode)]
    assert [source["url"] for source in told[0]["sources"]] == [
        "https://vcloud.lol/abc123",
        "https://vcloud.lol/def456",
        "https://vcloud.lol/ghi789",
    ]
    await gateway.published("scrape.requested")


async def test_many_first_wishes_at_once_make_one_job(gateway: Gateway) -> None:
    await gateway.add_episode()
    visitor = await gateway.visitor()
    answers = await asyncio.gather(*(visitor.get("/scrape", params=GLORY) for _ in range(12)))
    assert [answer.json for answer in answers] == [{"status": "queued"}] * 12
    assert await gateway.count("links.jobs") == 1
    assert len(await gateway.told("scrape.requested")) == 1


async def test_within_ten_minutes_of_a_scrape_the_answer_says_how_long_to_wait(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, CACHE)
    await gateway.add_job(episode, state="succeeded", minutes_ago=4)
    visitor = await gateway.visitor()
    answer = await visitor.get("/scrape", params=GLORY)
    assert (answer.status, answer.json["status"]) == (429, "error")
    minutes = re.search(r"(\d+\.\d+) minutes", answer.json["message"])
    assert minutes is not None
    assert 5.8 < float(minutes[1]) <= 6.0
    assert 350 < int(answer.headers["Retry-After"]) <= 360
    assert await gateway.count("links.jobs") == 1
    other = await gateway.add_episode("The Match")
    assert (await visitor.get("/scrape", params={"show": "The Match", "ep": "1"})).json == {
        "status": "queued"
    }
    assert await gateway.sql.fetchval("select episode_id from links.jobs where state = 'queued'") == other


async def test_after_ten_minutes_the_next_scrape_is_queued(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, CACHE)
    await gateway.add_job(episode, state="succeeded", minutes_ago=10.1)
    assert (await (await gateway.visitor()).get("/scrape", params=GLORY)).json == {"status": "queued"}


async def test_with_nothing_to_watch_failures_back_off(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    cases: tuple[tuple[tuple[float, ...], int], ...] = (
        ((0.5,), 429),
        ((1.1,), 200),
        ((8, 4), 429),
        ((8, 5.1), 200),
        ((60, 30, 14), 429),
        ((60, 30, 15.1), 200),
    )
    for number, (failed, status) in enumerate(cases):
        episode = await gateway.add_episode("The Match", number)
        for minutes in failed:
            await gateway.add_job(episode, state="failed", minutes_ago=minutes)
        answer = await visitor.get("/scrape", params={"show": "The Match", "ep": str(number)})
        assert answer.status == status, (failed, answer.text)


async def test_a_good_scrape_ends_the_back_off(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    for minutes, state in ((30, "failed"), (20, "failed"), (10, "partial"), (2, "failed")):
        await gateway.add_job(episode, state=state, minutes_ago=minutes)
    assert (await (await gateway.visitor()).get("/scrape", params=GLORY)).json == {"status": "queued"}


async def test_a_cooldown_outlives_a_restart(start_gateway: Start) -> None:
    gateway = await start_gateway()
    episode = await gateway.add_episode()
    await gateway.add_links(episode, CACHE)
    assert (await (await gateway.visitor()).get("/scrape", params=GLORY)).json == {"status": "queued"}
    await gateway.sql.execute("update links.jobs set state = 'succeeded', finished_at = now()")
    await gateway.stop()
    restarted = await start_gateway()
    answer = await (await restarted.visitor()).get("/scrape", params=GLORY)
    assert re.search(r"(\d+\.\d+) minutes", answer.json["message"])
    assert await restarted.count("links.jobs") == 1


async def test_a_running_job_answers_within_the_cooldown(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, CACHE)
    await gateway.add_job(episode, state="succeeded", minutes_ago=2)
    job = await gateway.add_job(episode, state="running", lane="background")
    answer = await (await gateway.visitor()).get("/scrape", params=GLORY)
    assert (answer.json, answer.headers["Location"]) == ({"status": "queued"}, f"/api/v1/jobs/{job}")


async def test_an_episode_without_a_source_can_t_be_scraped(gateway: Gateway) -> None:
    await gateway.add_episode()
    await gateway.sql.execute("delete from catalog.sources")
    answer = await (await gateway.visitor()).get("/scrape", params=GLORY)
    assert answer.json["status"] == "error"
    assert "no source page" in answer.json["message"]


async def test_other_sites_pages_can_t_ask_for_a_scrape(gateway: Gateway) -> None:
    await gateway.add_episode()
    visitor = await gateway.visitor()
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        (await visitor.get("/scrape", params=GLORY, headers=headers)).problem(403, "bad_csrf")
    assert await gateway.count("links.jobs") == 0
    own = {"Sec-Fetch-Site": "same-origin", "Origin": gateway.url}
    assert (await visitor.get("/scrape", params=GLORY, headers=own)).json == {"status": "queued"}
