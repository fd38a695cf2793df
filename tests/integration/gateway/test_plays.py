"""The player's beacons: counted once, told to the others, refused where they do not belong."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.clock import SystemClock
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import open_database
from wellspring_common.settings import PostgresSettings
from wellspring_gateway.adapters.plays import PostgresPlays

from .running import Answer, Gateway, Visitor

PATH = "/api/v1/plays"
COUNTS = "started", "first_try", "after_fallback", "failed"


async def one_link(gateway: Gateway) -> dict[str, Any]:
    """Return a beacon about a stored link: a play that started at once."""
    episode = await gateway.add_episode()
    (link,) = await gateway.add_links(episode, {720: {"pixel": "https://pixel.example/1"}})
    return {
        "play_id": str(uuid4()),
        "tab_id": str(uuid4()),
        "episode_id": episode,
        "link_id": link,
        "generation": 1,
        "outcome": "started",
        "first_try": True,
        "position_s": 0.4,
    }


async def send(visitor: Visitor, beacon: Any, **changes: Any) -> Answer:
    return await visitor.ask("POST", PATH, json=beacon | changes, headers={"Origin": visitor.url})


async def counts(gateway: Gateway) -> list[tuple[int, ...]]:
    rows = await gateway.sql.fetch("select * from catalog.plays where day = (now() at time zone 'utc')::date")
    return [tuple(row[name] for name in COUNTS) for row in rows]


async def test_a_play_is_counted_once_however_often_its_beacon_comes(gateway: Gateway) -> None:
    visitor, beacon = await gateway.visitor(), await one_link(gateway)
    answers = await asyncio.gather(*(send(visitor, beacon) for _ in range(5)))
    assert [answer.status for answer in answers] == [202] * 5
    assert sum(answer.json["counted"] for answer in answers) == 1
    assert await counts(gateway) == [(1, 1, 0, 0)]
    (told,) = await gateway.told("playback.started")
    assert told == {
        "play_id": beacon["play_id"],
        "episode_id": beacon["episode_id"],
        "link_id": beacon["link_id"],
        "generation": 1,
        "server": "pixel",
        "quality": 720,
        "surface": "browser",
        "position_s": 0.4,
        "first_try": True,
    }
    await gateway.published("playback.started")


async def test_a_link_that_gave_way_is_told_and_the_play_counts_as_a_fallback(gateway: Gateway) -> None:
    visitor, beacon = await gateway.visitor(), await one_link(gateway)
    assert (await send(visitor, beacon, outcome="failed", reason="network")).json == {"counted": True}
    assert await counts(gateway) == []
    await send(visitor, beacon, first_try=False)
    assert await counts(gateway) == [(1, 0, 1, 0)]
    (told,) = await gateway.told("playback.failed")
    assert (told["reason"], told["link_id"]) == ("network", beacon["link_id"])


async def test_a_play_without_a_link_left_failed_unless_it_had_started(gateway: Gateway) -> None:
    visitor, beacon = await gateway.visitor(), await one_link(gateway)
    over = {"outcome": "failed", "reason": "stalled", "over": True}
    await send(visitor, beacon, **over)
    await send(visitor, beacon, play_id=str(uuid4()))
    assert await counts(gateway) == [(1, 1, 0, 1)]
    later = str(uuid4())
    await send(visitor, beacon, play_id=later)
    await send(visitor, beacon, play_id=later, **over)
    assert await counts(gateway) == [(2, 2, 0, 1)]
    assert len(await gateway.told("playback.failed")) == 2


@pytest.mark.parametrize("change", [{"link_id": 999}, {"episode_id": 999}, {"generation": 2}])
async def test_a_beacon_about_no_link_of_ours_changes_nothing(
    gateway: Gateway, change: dict[str, int]
) -> None:
    visitor, beacon = await gateway.visitor(), await one_link(gateway)
    answer = await send(visitor, beacon, **change)
    assert (answer.status, answer.json) == (202, {"counted": False})
    assert await counts(gateway) == []
    assert await gateway.told("playback") == []


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "won"},
        {"play_id": "x"},
        {"position_s": -1},
        {"link_id": 0},
        {"more": 1},
        {"reason": "bored"},
    ],
)
async def test_a_bad_beacon_is_explained(gateway: Gateway, change: dict[str, Any]) -> None:
    visitor, beacon = await gateway.visitor(), await one_link(gateway)
    problem = (await send(visitor, beacon, **change)).problem(422, "invalid")
    assert problem["errors"][0]["field"] in change


async def test_a_beacon_is_json_and_small(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    (await visitor.ask("POST", PATH, data=b"no json")).problem(422, "invalid")
    (await visitor.ask("POST", PATH, data=b" " * 3000)).problem(413, "too_large")


@pytest.mark.parametrize("header", [{"Origin": "https://other.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_another_site_may_not_count(gateway: Gateway, header: dict[str, str]) -> None:
    visitor, beacon = await gateway.visitor(), await one_link(gateway)
    (await visitor.ask("POST", PATH, json=beacon, headers=header)).problem(403, "bad_csrf")
    assert await counts(gateway) == []


async def test_a_client_that_sends_too_much_has_to_wait(own_gateway: Gateway) -> None:
    visitor, beacon = await own_gateway.visitor(), await one_link(own_gateway)
    answers = [await send(visitor, beacon) for _ in range(61)]
    assert [answer.status for answer in answers[:60]] == [202] * 60
    problem = answers[60].problem(429, "throttled")
    assert 0 < problem["retry_after"] <= 60
    assert int(answers[60].headers["Retry-After"]) >= 1


async def test_counts_past_their_time_go_and_all_else_stays(
    own_gateway: Gateway, database: FreshDatabase
) -> None:
    episode, now = await own_gateway.add_episode(), SystemClock().now()
    for age in (0, 400, 401):
        await own_gateway.sql.execute(
            "insert into catalog.plays (episode_id, day) values ($1, $2)",
            episode,
            (now - timedelta(age)).date(),
        )
    settings = PostgresSettings(database_url=SecretStr(database.url_for("gateway")), database_pool_size=2)
    async with open_database(settings, service="gateway") as held:
        # the gateway purges as well, once at its start: whoever of them came first
        assert await PostgresPlays(held, Outbox("catalog")).purge(now=now) <= 1
    assert await own_gateway.count("catalog.plays") == 2
