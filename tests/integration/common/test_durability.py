"""A server that acknowledges before it syncs is refused: a power cut would lose what it acknowledged."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from tests.integration.common.own_nats import OwnNats, running
from wellspring_common.bus.nats import durability
from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.bus.nats.durability import NotDurable, check_durability, check_version
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
                async with asyncio.timeout(10), open_bus(settings, service="health"):
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


@pytest.mark.parametrize("version", ["2.10.22", "2.11.0", "2.15.0", "2.15.0-RC.2"])
def test_a_version_that_is_known_to_lose_events_is_refused(version: str) -> None:
    """Kills lost streams up to 2.10.22 (nats-server#6888), compactions up to 2.15.0 (#8456, #8475, #8491)."""
    with pytest.raises(NotDurable, match=f"nats-server {version}.*2.15.1 or later") as caught:
        check_version(version)
    assert caught.value.code == "nats_not_durable"


@pytest.mark.parametrize("version", ["2.15.1", "2.15.2-dev", "2.16.0", "3.0.0"])
def test_a_later_version_is_taken(version: str) -> None:
    check_version(version)


async def test_a_service_does_not_start_on_an_old_server(
    own_nats: OwnNats, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pinned one is what runs in all tests, and it says which it is."""
    assert durability.OLDEST == (2, 15, 1)
    monkeypatch.setattr(durability, "OLDEST", (99, 0, 0))
    settings = NatsSettings(nats_url=SecretStr(own_nats.url), nats_prefix=prefix)
    with pytest.raises(NotDurable, match=r"nats-server 2\.15\."):
        async with asyncio.timeout(10), open_bus(settings, service="health"):
            pytest.fail("a service must not start on it")


def test_a_version_that_says_nothing_is_said() -> None:
    with structlog.testing.capture_logs() as said:
        check_version("nightly")
    assert [line["event"] for line in said] == ["nats.durability_unknown"]
