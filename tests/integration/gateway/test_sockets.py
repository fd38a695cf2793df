"""The seeds' WebSocket: a snapshot, then what happens, for those who may hear it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from wellspring_gateway import listener
from wellspring_gateway.listener import Listener

from .cable import cable_to
from .running import Gateway, OwnGateway, Visitor
from .test_live import bus_of, updated

PATIENCE_S = 10.0
SCHEDULED = b'{"title_id": 1, "title": "Series Name", "episodes": 50, "starts_at": "2024-01-15T10:00:00Z"}'


@asynccontextmanager
async def socket_of(visitor: Visitor, **headers: str) -> AsyncGenerator[aiohttp.ClientWebSocketResponse]:
    async with visitor.session.ws_connect(f"{visitor.url}/ws", headers=headers) as socket:
        yield socket


async def message(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    found: dict[str, Any] = await socket.receive_json(timeout=PATIENCE_S)
    return found


async def test_a_snapshot_of_running_jobs_comes_first_and_facts_follow(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    job = await gateway.add_job(episode, state="running")
    async with socket_of(await gateway.visitor()) as socket, bus_of(gateway) as bus:
        first = await message(socket)
        assert (first["type"], [one["id"] for one in first["data"]["jobs"]]) == ("snapshot", [str(job)])
        fact, envelope = updated(episode)
        await bus.publish(fact, envelope)
        said = {"episodeId": episode, "jobId": str(fact.job_id), "state": "succeeded"}
        assert await message(socket) == {"type": "links_updated", "data": said}


async def test_ping_is_answered_and_nonsense_is_not(gateway: Gateway) -> None:
    async with socket_of(await gateway.visitor()) as socket:
        await message(socket)
        for said in ("", "{", "[]", "null", '{"type": 1}', "pong"):
            await socket.send_str(said)
        for said in ("ping", '{"type": "ping"}'):
            await socket.send_str(said)
            assert await message(socket) == {"type": "pong"}
        await socket.send_str("x" * 5000)
        assert (await socket.receive(timeout=PATIENCE_S)).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1009


async def test_other_sites_pages_are_refused(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with socket_of(visitor, Origin="https://evil.example"):
            pass
    assert refused.value.status == 403
    async with socket_of(visitor, Origin=visitor.url) as socket:
        assert (await message(socket))["type"] == "snapshot"


async def test_uploads_are_told_to_operators_in_the_seeds_shape(gateway: Gateway) -> None:
    operator, viewer = await gateway.signed_in("operator"), await gateway.signed_in("viewer")
    episode = await gateway.add_episode()
    async with socket_of(operator) as one, socket_of(viewer) as other, bus_of(gateway) as bus:
        await message(one)
        await message(other)
        await bus._connection.client.publish(f"{gateway.prefix}.upload.scheduled", SCHEDULED)
        data = {"seriesId": 1, "seriesTitle": "Series Name", "episodesScheduled": 50}
        data["scheduleStartTime"] = "2024-01-15T10:00:00.000Z"
        assert await message(one) == {"type": "upload_scheduled", "data": data}
        await bus.publish(*updated(episode))
        assert (await message(other))["type"] == "links_updated"  # and nothing before it


async def test_a_client_whose_line_is_cut_comes_back_to_a_snapshot(
    gateway: Gateway, free_port: Callable[[], int]
) -> None:
    visitor = await gateway.visitor()
    async with cable_to(gateway.url, free_port()) as line:
        visitor.url = line.url
        async with socket_of(visitor) as socket:
            assert (await message(socket))["type"] == "snapshot"
            await line.cut()
            assert (await socket.receive(timeout=PATIENCE_S)).type in {
                aiohttp.WSMsgType.CLOSED,
                aiohttp.WSMsgType.ERROR,
            }
        await line.mend()
        async with socket_of(visitor) as socket:
            assert (await message(socket))["type"] == "snapshot"


async def test_sockets_end_with_the_gateway(own_gateway: OwnGateway) -> None:
    async with socket_of(await own_gateway.visitor()) as socket:
        await message(socket)
        _, last = await asyncio.gather(own_gateway.stop(), socket.receive(timeout=PATIENCE_S))
        assert (last.type, socket.close_code) == (aiohttp.WSMsgType.CLOSE, 1001)


async def test_a_slow_client_is_dropped_and_told_to_come_again(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Listener.hear

    def too_much(self: Listener, block: bytes) -> None:
        heard(self, block)
        if b"links_updated" in block:
            self.drop()

    monkeypatch.setattr(listener.Listener, "hear", too_much)
    episode = await gateway.add_episode()
    async with socket_of(await gateway.visitor()) as socket, bus_of(gateway) as bus:
        await message(socket)
        await bus.publish(*updated(episode))
        assert (await socket.receive(timeout=PATIENCE_S)).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1013
