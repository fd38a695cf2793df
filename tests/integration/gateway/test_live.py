"""Server-sent events of an episode: a snapshot first, then what changes."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.support.gateway import eventually
from wellspring_common import metrics
from wellspring_common.bus.nats.bus import NatsBus, open_bus
from wellspring_common.clock import SystemClock
from wellspring_common.events.envelope import Envelope
from wellspring_common.events.links import LinksDied, LinksUpdated
from wellspring_common.events.live import ScrapeStep, Step
from wellspring_common.ids import uuid7
from wellspring_common.settings import NatsSettings
from wellspring_gateway.domain.delta import followed
from wellspring_gateway.routes import streaming

from .running import Gateway, OwnGateway, Visitor

PATIENCE_S = 8


@dataclass(frozen=True)
class Stream:
    """An open page's stream."""

    response: aiohttp.ClientResponse

    async def block(self) -> str:
        """Return the next block as it was sent, or nothing at the end."""
        lines: list[str] = []
        async with asyncio.timeout(PATIENCE_S):
            while line := (await self.response.content.readline()).decode():
                if not line.strip():
                    break
                lines.append(line.rstrip("\r\n"))
        return "\n".join(lines)

    async def event(self) -> tuple[str, Any]:
        """Return the name and data of the next event, heartbeats left out."""
        while (block := await self.block()).startswith(":"):
            pass
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        return fields["event"], json.loads(fields["data"])


@asynccontextmanager
async def stream_of(visitor: Visitor, episode: int) -> AsyncGenerator[Stream]:
    url = f"{visitor.url}/api/v1/live?episode={episode}"
    async with visitor.session.get(url) as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["X-Accel-Buffering"] == "no"
        yield Stream(response)


@asynccontextmanager
async def bus_of(gateway: Gateway) -> AsyncGenerator[NatsBus]:
    settings = NatsSettings.model_validate({"nats_url": gateway.nats_url, "nats_prefix": gateway.prefix})
    async with open_bus(settings, service="refresher") as bus:
        yield bus


def step(episode: int, **changes: Any) -> ScrapeStep:
    values = {"job_id": uuid7(), "episode_id": episode, "at": SystemClock().now(), "step": Step.FETCHING}
    return ScrapeStep.model_validate(values | changes)


def envelope() -> Envelope:
    event_id = uuid7()
    return Envelope(event_id=event_id, emitted_at=SystemClock().now(), correlation_id=event_id)


def updated(episode: int) -> tuple[LinksUpdated, Envelope]:
    return LinksUpdated(episode_id=episode, job_id=uuid7(), state="succeeded", changed=()), envelope()


async def test_a_snapshot_comes_first_and_steps_follow(gateway: Gateway) -> None:
    episode, other = await gateway.add_episode(), await gateway.add_episode(number=2)
    visitor = await gateway.visitor()
    state = (await visitor.get(f"/api/v1/episodes/{episode}/live-state")).json
    async with stream_of(visitor, episode) as stream, bus_of(gateway) as bus:
        assert await stream.event() == ("snapshot", state)
        await bus.tell(step(other))
        told = step(episode, quality=720, server="pixel", host="vcloud.lol")
        await bus.tell(told)
        assert await stream.event() == ("step", told.model_dump(mode="json"))


async def test_changed_links_lead_to_a_new_snapshot(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    visitor = await gateway.visitor()
    async with stream_of(visitor, episode) as stream, bus_of(gateway) as bus:
        before = (await stream.event())[1]
        assert before["links"] == []
        links = await gateway.add_links(episode, {720: {"pixel": "https://p.example/1"}})
        updated = LinksUpdated(episode_id=episode, job_id=uuid7(), state="succeeded", changed=())
        await bus.publish(updated, envelope())
        name, data = await stream.event()
        assert (name, [link["id"] for link in data["links"]]) == ("delta", links)
        assert data["set"]["server_info"]["server_count"] == 1
        state = followed(before, data)
        assert state == (await visitor.get(f"/api/v1/episodes/{episode}/live-state")).json
        await gateway.sql.execute("update health.link_health set state = 'dead'")
        died = LinksDied(episode_id=episode, links=(), reason="http_404", checked_at=SystemClock().now())
        await bus.publish(died, envelope())
        name, data = await stream.event()
        assert (name, data["set"]["server_info"]["server_count"]) == ("delta", 0)
        assert "masters" not in data["set"]
        state = followed(state, data)
        assert state == (await visitor.get(f"/api/v1/episodes/{episode}/live-state")).json


async def test_every_open_page_hears_it(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    first, second = await gateway.visitor(), await gateway.visitor()
    async with (
        stream_of(first, episode) as one,
        stream_of(second, episode) as another,
        bus_of(gateway) as bus,
    ):
        for stream in (one, another):
            assert (await stream.event())[0] == "snapshot"
        await bus.tell(step(episode))
        assert [(await stream.event())[0] for stream in (one, another)] == ["step", "step"]


async def test_what_nobody_can_read_does_not_end_the_stream(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    async with stream_of(await gateway.visitor(), episode) as stream, bus_of(gateway) as bus:
        await stream.event()
        client = bus._connection.client
        for payload in (b"", b"{", b"[]", b'{"episode_id": "x"}', b"\xff"):
            await client.publish(f"{gateway.prefix}.live.scrape.{episode}", payload)
        newer = step(episode).model_dump(mode="json") | {"added_later": True}
        await client.publish(f"{gateway.prefix}.live.scrape.{episode}", json.dumps(newer).encode())
        name, data = await stream.event()
        assert (name, data["job_id"]) == ("step", newer["job_id"])


async def test_a_quiet_stream_has_a_heartbeat(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_S", 1)
    async with stream_of(await gateway.visitor(), await gateway.add_episode()) as stream:
        assert (await stream.event())[0] == "snapshot"
        assert (await stream.block()).startswith(": ping")


async def test_an_episode_that_goes_away_says_so(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    async with stream_of(await gateway.visitor(), episode) as stream, bus_of(gateway) as bus:
        await stream.event()
        await gateway.sql.execute("update catalog.titles set deleted_at = now()")
        updated = LinksUpdated(episode_id=episode, job_id=uuid7(), state="succeeded", changed=())
        await bus.publish(updated, envelope())
        assert await stream.event() == ("gone", {"episode_id": episode})


async def test_streams_end_within_five_seconds_of_a_stop(own_gateway: OwnGateway) -> None:
    episode = await own_gateway.add_episode()
    visitors = [await own_gateway.visitor() for _ in range(3)]
    loop = asyncio.get_running_loop()
    async with (
        stream_of(visitors[0], episode) as one,
        stream_of(visitors[1], episode) as two,
        stream_of(visitors[2], episode) as three,
    ):
        streams = (one, two, three)
        for stream in streams:
            await stream.event()
        began = loop.time()
        _, *ends = await asyncio.gather(own_gateway.stop(), *(stream.block() for stream in streams))
        assert ends == ["", "", ""]
        assert loop.time() - began < 5


async def test_a_page_that_was_left_is_forgotten(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    gauge = metrics.STREAM_CLIENTS.labels("sse")

    async def open_streams() -> float:
        return float(gauge._value.get())

    before = await open_streams()
    async with stream_of(await gateway.visitor(), episode) as stream:
        await stream.event()
        assert await open_streams() == before + 1
    await eventually(open_streams, lambda count: count == before, patience_s=PATIENCE_S)


async def test_operators_follow_jobs_and_viewers_do_not(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    operator, viewer = await gateway.signed_in("operator"), await gateway.visitor()
    (await viewer.get("/api/v1/live?jobs")).problem(401, "sign_in_required")
    (await viewer.get("/api/v1/live")).problem(422, "invalid")
    url = f"{gateway.url}/api/v1/live?jobs"
    async with operator.session.get(url) as response, bus_of(gateway) as bus:
        fact, told = updated(episode)
        await bus.publish(fact, told)
        said = {"job_id": str(fact.job_id), "what": "links.updated", "episode_id": episode}
        assert await Stream(response).event() == ("job", said | {"catalogue_id": None})


async def test_a_page_that_does_not_read_is_dropped(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    visitor = await gateway.visitor()
    dropped = metrics.STREAM_DROPPED.labels("sse")
    before = dropped._value.get()
    parts = urlsplit(visitor.url)
    slow = socket.create_connection((str(parts.hostname), parts.port or 80))
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.sendall(f"GET /api/v1/live?episode={episode} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    try:
        async with stream_of(visitor, episode) as reading, bus_of(gateway) as bus:
            await reading.event()
            code = "x" * 20_000
            for _ in range(400):  # more than sockets on both sides hold
                await bus.tell(step(episode, code=code))
                assert (await reading.event())[0] == "step"
                if dropped._value.get() > before:
                    break
            assert dropped._value.get() == before + 1
    finally:
        slow.close()
