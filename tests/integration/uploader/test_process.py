"""How a service lives: it starts when it can, says how it is, and stops in good order."""

import asyncio
import re
import signal
import tempfile
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import asyncpg
import pytest

from tests.integration.common.databases import administrator
from tests.integration.common.own_nats import OwnNats, running
from tests.integration.common.waiting import eventually
from tests.integration.uploader.conftest import Starter
from wellspring_cli.embedded.nats import Nats
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.nats.topology import ensure


@pytest.fixture
async def own_nats(free_port: Callable[[], int], prefix: str) -> AsyncGenerator[OwnNats]:
    with tempfile.TemporaryDirectory(prefix="wellspring-own-nats-") as folder:
        async with running(OwnNats(Path(folder), free_port(), free_port())) as server:
            await ensure(server.url, prefix=prefix)
            yield server


async def test_it_runs_as_its_own_user_everywhere(
    uploader: Starter, nats_server: Nats, nats_own_url_for: Callable[[str], str], own_users_prefix: str
) -> None:
    url = nats_own_url_for("uploader")
    async with uploader(url, own_users_prefix, nats_server.monitor_url) as service:
        await service.until_ready()
        status, metrics = await service.ask("/metrics")
        assert status == 200
        assert re.search(r'^wellspring_build_info{[^}]*service="uploader"[^}]*} 1', metrics, re.MULTILINE)
        assert "wellspring_links_overdue" not in metrics, "what others measure is theirs to say"
        assert 'wellspring_db_pool_max_connections{service="uploader"} 6' in metrics
        assert (await service.ask("/healthz"))[0] == 200
        assert await service.end() == 0
        words = [line["event"] for line in service.said()]
        assert words[-1] == "service.stopped"
        assert not {"service.failed", "service.crashed", "nats.durability_unknown"} & set(words)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_in_good_order_when_asked(
    uploader: Starter, own_nats: OwnNats, prefix: str, how: signal.Signals
) -> None:
    async with uploader(own_nats.url, prefix) as service:
        await service.until_ready()
        assert await service.end(how) == 0


async def test_it_tells_what_its_outbox_holds(
    uploader: Starter, own_nats: OwnNats, prefix: str, database: FreshDatabase
) -> None:
    async def published(admin: "asyncpg.Connection[asyncpg.Record]") -> str:
        return str(await admin.fetchval("select state from uploads.outbox"))

    async with uploader(own_nats.url, prefix) as service, administrator(database) as admin:
        await service.until_ready()
        await admin.execute(
            "insert into uploads.outbox (event_id, subject, headers, payload) "
            "values (gen_random_uuid(), 'links.died', '{\"Nats-Msg-Id\": \"1\"}', '{}')"
        )
        await eventually(lambda: published(admin), lambda state: state == "published")
        async with connected(own_nats.url, "test") as connection:
            info = await connection.client.jetstream().stream_info(f"{prefix.upper()}_EVENTS")
        assert info.state.messages == 1


async def test_it_keeps_its_tables_small(
    uploader: Starter, own_nats: OwnNats, prefix: str, database: FreshDatabase
) -> None:
    async with administrator(database) as admin:
        await admin.execute(
            "insert into uploads.inbox (consumer, event_id, handled_at) "
            "values ('x', gen_random_uuid(), now() - interval '61 days')"
        )
        async with uploader(own_nats.url, prefix):

            async def left() -> int:
                return int(await admin.fetchval("select count(*) from uploads.inbox"))

            await eventually(left, lambda rows: rows == 0, within=20)


async def test_it_is_not_ready_without_its_broker_and_recovers_without_hands(
    uploader: Starter, own_nats: OwnNats, prefix: str
) -> None:
    async with uploader(own_nats.url, prefix) as service:
        await service.until_ready()
        await own_nats.kill()
        answer = await eventually(service.readiness, lambda found: found.get("ready") is False)
        assert set(answer["wrong"]) == {"nats"}
        assert (await service.ask("/healthz"))[0] == 200
        await own_nats.start()
        await service.until_ready()
        assert await service.end() == 0


async def test_it_is_not_ready_without_its_database_and_recovers_without_hands(
    uploader: Starter, own_nats: OwnNats, prefix: str, database: FreshDatabase
) -> None:
    async with uploader(own_nats.url, prefix) as service, administrator(database) as admin:
        await service.until_ready()
        await admin.execute("alter role wellspring_uploader connection limit 0")
        try:
            await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'wellspring_uploader'"
            )
            answer = await eventually(service.readiness, lambda found: found.get("ready") is False)
            assert set(answer["wrong"]) == {"postgres"}
        finally:
            await admin.execute("alter role wellspring_uploader connection limit -1")
        await service.until_ready()
        assert await service.end() == 0


async def test_it_stops_in_time_although_its_broker_hangs(
    uploader: Starter, own_nats: OwnNats, prefix: str
) -> None:
    async with uploader(own_nats.url, prefix) as service:
        await service.until_ready()
        own_nats.pause()
        assert await service.end() == 0


async def test_it_refuses_a_broker_that_may_lose_events(
    uploader: Starter, free_port: Callable[[], int], prefix: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = OwnNats(Path(folder), free_port(), free_port(), sync_interval="2m")
        async with running(server):
            await ensure(server.url, prefix=prefix)
            async with uploader(server.url, prefix, server.monitor_url) as service, asyncio.timeout(15):
                assert await service.process.wait() == 1
            (line,) = [each for each in service.said() if each["event"] == "service.failed"]
            assert line["code"] == "nats_not_durable"


async def test_it_refuses_a_topology_that_drifted(uploader: Starter, own_nats: OwnNats, prefix: str) -> None:
    async with connected(own_nats.url, "test") as connection:
        streams = connection.client.jetstream()
        config = (await streams.stream_info(f"{prefix.upper()}_COMMANDS")).config
        config.max_age = 3600
        await streams.update_stream(config)
    async with uploader(own_nats.url, prefix) as service, asyncio.timeout(15):
        assert await service.process.wait() == 1
    (line,) = [each for each in service.said() if each["event"] == "service.failed"]
    assert line["code"] == "topology_drift"
    assert "max_age" in line["reason"]
