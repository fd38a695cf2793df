"""A server that acknowledges before it syncs is refused: a power cut would lose what it acknowledged."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from tests.integration.common.own_nats import OwnNats, running
from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.bus.nats.durability import NotDurable, check_durability
from wellspring_common.bus.nats.topology import ensure
from wellspring_common.settings import NatsSettings


@pytest.mark.parametrize("interval", ["2m", "1s"])
async def test_a_server_that_syncs_now_and_then_is_refused(
    free_port: Callable[[], int], interval: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with running(OwnNats(Path(folder), free_port(), free_port(), sync_interval=interval)) as server:
            with pytest.raises(NotDurable, match="sync_interval: always") as caught:
                await check_durability(server.monitor_url)
            assert caught.value.code == "nats_not_durable"
            settings = NatsSettings(nats_url=SecretStr(server.url), nats_monitor_url=server.monitor_url)
            with pytest.raises(NotDurable):
                async with open_bus(settings, service="health"):
                    pytest.fail("a service must not start on it")


async def test_a_server_that_always_syncs_is_taken(own_nats: OwnNats, prefix: str) -> None:
    await ensure(own_nats.url, prefix=prefix)
    settings = NatsSettings(
        nats_url=SecretStr(own_nats.url), nats_monitor_url=f"{own_nats.monitor_url}/", nats_prefix=prefix
    )
    async with asyncio.timeout(10), open_bus(settings, service="health") as bus:
        await bus.ping()


async def test_what_cannot_be_known_is_said(free_port: Callable[[], int]) -> None:
    with structlog.testing.capture_logs() as said:
        await check_durability(None)
        await check_durability(f"http://127.0.0.1:{free_port()}")
    assert [line["event"] for line in said] == ["nats.durability_unknown"] * 2
    assert "WELLSPRING_NATS_MONITOR_URL" in said[0]["advice"]
