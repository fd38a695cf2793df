"""Answers that are kept: sent once, coherent across replicas, and never older than was promised."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import aiohttp
import pytest
from prometheus_client import REGISTRY

from tests.support.gateway import eventually
from wellspring_cli.embedded.nats import Nats

from .cable import Cable, cable_to
from .conftest import Start
from .running import Answer, Gateway, OwnGateway, Visitor
from .test_live import bus_of, stream_of, updated

PROMISED_S = 2.0
PATIENCE_S = 20.0
KEPT_S = 4
LINKS = {720: {"pixel": "https://p.example/1"}}


@dataclass(frozen=True)
class Pair:
    """Two gateways over one database and one broker. The second one's line to the broker can be cut."""

    one: OwnGateway
    other: OwnGateway
    nats: Cable


@pytest.fixture
async def pair(start_gateway: Start, nats_server: Nats, free_port: Callable[[], int]) -> AsyncGenerator[Pair]:
    kept = {"WELLSPRING_GATEWAY_ANSWERS_KEPT_S": str(KEPT_S)}
    async with cable_to(nats_server.url(), free_port()) as nats:
        one = await start_gateway(**kept)
        other = await start_gateway(**kept, WELLSPRING_NATS_URL=nats.url)
        yield Pair(one, other, nats)
        await other.stop()


def path_of(episode: int) -> str:
    return f"/api/v1/episodes/{episode}/live-state"


async def count_links(visitor: Visitor, episode: int) -> int:
    return len((await visitor.get(path_of(episode))).json["links"])


def lasting(answer: Answer) -> dict[str, str]:
    """Return the headers that do not differ from one answer to the next."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return {name: value for name, value in headers.items() if name not in {"x-trace-id", "date"}}


def answered() -> float:
    route = {"route": "/get_link", "method": "GET", "code": "200"}
    return REGISTRY.get_sample_value("wellspring_http_requests_total", route) or 0


def hits() -> float:
    return REGISTRY.get_sample_value("wellspring_cache_reads_total", {"of": "state", "outcome": "hit"}) or 0


async def test_an_answer_is_sent_once_and_named_after(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    visitor = await gateway.visitor()
    for path in (path_of(episode), "/get_link?show=The Glory&ep=1"):
        first = await visitor.get(path)
        tag = first.headers["ETag"]
        for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = await visitor.get(path, headers={"If-None-Match": given})
            assert (again.status, again.text, again.headers["ETag"]) == (304, "", tag)
        assert (await visitor.get(path, headers={"If-None-Match": '"other"'})).text == first.text
        await gateway.add_links(episode, {720: {path: "https://p.example/1"}})
        changed = await visitor.get(path, headers={"If-None-Match": tag})
        assert changed.status == 200
        assert changed.headers["ETag"] != tag


async def test_what_is_kept_is_answered_until_a_fact_comes(pair: Pair) -> None:
    episode = await pair.one.add_episode()
    visitor = await pair.one.visitor()
    assert await count_links(visitor, episode) == 0
    before = hits()
    await pair.one.add_links(episode, LINKS)
    assert await count_links(visitor, episode) == 0
    assert hits() == before + 1
    async with bus_of(pair.one) as bus:
        await bus.publish(*updated(episode))
        await eventually(lambda: count_links(visitor, episode), lambda n: n == 1, patience_s=PROMISED_S)


async def test_a_kept_answer_is_the_same_as_one_that_was_read(pair: Pair) -> None:
    episode = await pair.one.add_episode()
    await pair.one.add_links(episode, LINKS)
    visitor = await pair.one.visitor()
    counted = 0.0
    for path in (path_of(episode), "/get_link?show=%20the%20GLORY&ep=1"):
        read = await visitor.get(path)
        before, counted = hits(), answered()
        kept = await visitor.get(path)
        assert hits() == before + 1
        assert (kept.status, kept.text) == (200, read.text)
        assert lasting(kept) == lasting(read)
        assert "x-trace-id" in {name.lower() for name in kept.headers}
    assert answered() == counted + 1


async def test_a_change_through_one_replica_is_seen_by_the_other(pair: Pair) -> None:
    episode = await pair.one.add_episode()
    operator, elsewhere = await pair.one.signed_in("operator"), await pair.other.visitor()
    assert (await elsewhere.get(path_of(episode))).json["job"] is None
    body = await operator.send("POST", f"/api/v1/episodes/{episode}/scrape", {})
    job = body.json["job"]["id"]
    # whoever asked sees it at once, and whoever asks elsewhere as soon as the fact has come round
    assert (await operator.get(path_of(episode))).json["job"]["id"] == job

    async def seen() -> str | None:
        found = (await elsewhere.get(path_of(episode))).json["job"]
        return found["id"] if found else None

    await eventually(seen, lambda found: found == job, patience_s=PROMISED_S)


async def test_a_replica_without_its_broker_is_never_further_behind_than_promised(pair: Pair) -> None:
    episode = await pair.one.add_episode()
    visitor = await pair.other.visitor()
    assert await count_links(visitor, episode) == 0
    await pair.nats.cut()
    await pair.one.add_links(episode, LINKS)
    async with bus_of(pair.one) as bus:
        await bus.publish(*updated(episode))
    began = asyncio.get_running_loop().time()
    await eventually(lambda: count_links(visitor, episode), lambda n: n == 1, patience_s=PATIENCE_S)
    assert asyncio.get_running_loop().time() - began < KEPT_S + PROMISED_S
    await pair.nats.mend()


async def test_an_open_page_learns_after_a_cut_what_it_missed(pair: Pair) -> None:
    episode = await pair.one.add_episode()
    async with stream_of(await pair.other.visitor(), episode) as stream:
        assert (await stream.event())[1]["links"] == []
        await pair.nats.cut()
        await pair.one.add_links(episode, LINKS)
        async with bus_of(pair.one) as bus:
            await bus.publish(*updated(episode))
        await pair.nats.mend()
        name, data = await stream.event()
        assert (name, len(data["links"])) == ("delta", 1)


async def test_a_page_whose_line_is_cut_comes_back_to_a_snapshot(
    own_gateway: OwnGateway, free_port: Callable[[], int]
) -> None:
    episode = await own_gateway.add_episode()
    visitor = await own_gateway.visitor()
    async with cable_to(own_gateway.url, free_port()) as line:
        visitor.url = line.url
        async with stream_of(visitor, episode) as stream:
            assert (await stream.event())[0] == "snapshot"
            await line.cut()
            with pytest.raises(aiohttp.ClientError):
                await stream.block()
        await own_gateway.add_links(episode, LINKS)
        await line.mend()
        async with stream_of(visitor, episode) as stream:
            name, data = await stream.event()
            assert (name, len(data["links"])) == ("snapshot", 1)
