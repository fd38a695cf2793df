"""A scraper whose memory is nearly taken, as a process: no job, and a clean end when too much of it is."""

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from tests.integration.scraper.test_service import ready, running_scraper
from tests.support.gateway import eventually
from wellspring_cli.embedded.nats import Nats
from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.cgroup import read_memory
from wellspring_common.events.envelope import Envelope
from wellspring_common.events.scrape import Lane, ScrapeRequested, ScrapeStarted, SourceRef
from wellspring_common.ids import uuid7
from wellspring_common.settings import NatsSettings
from wellspring_scraper.adapters.processes import memory

IMPATIENT = (
    "from wellspring_scraper.adapters import shedding; shedding.SETTLING_S = 0.0; "
    "import runpy; runpy.run_module('wellspring_scraper', run_name='__main__')"
)


def taken_mb(pid: int) -> int:
    group = read_memory()
    hard = memory(pid).hard if group is None or group.limit is None else group.hard
    return hard // (1024 * 1024)


async def metric(port: int, name: str) -> float:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))


async def test_little_room_means_no_jobs_and_none_means_a_fresh_start(
    nats_server: Nats,
    nats_own_url_for: Callable[[str], str],
    own_users_prefix: str,
    free_port: Callable[[], int],
    tmp_path: Path,
) -> None:
    port, now = free_port(), datetime.now(UTC)  # noqa: TID251  (an event's real time)
    environment = {
        "WELLSPRING_NATS_URL": nats_own_url_for("scraper"),
        "WELLSPRING_NATS_MONITOR_URL": nats_server.monitor_url,
        "WELLSPRING_NATS_PREFIX": own_users_prefix,
        "WELLSPRING_DATA_DIR": str(tmp_path),
        "WELLSPRING_OPS_PORT": str(port),
    }
    async with running_scraper(environment, port) as process:
        usual = taken_mb(process.pid)
        assert await metric(port, "wellspring_scraper_shedding") == 0
    source = SourceRef(source_id=1, quality=720, url="http://127.0.0.1:1/a.mp4", definition="direct")
    request = ScrapeRequested(
        job_id=uuid7(),
        episode_id=7,
        lane=Lane.INTERACTIVE,
        reason="test",
        requested_at=now,
        sources=(source,),
    )
    envelope = Envelope(
        event_id=uuid7(), emitted_at=now, correlation_id=uuid7(), schema_name="scrape.requested/1"
    )
    settings = NatsSettings(nats_url=nats_own_url_for("admin"), nats_prefix=own_users_prefix)
    async with open_bus(settings, service="admin") as bus, bus.listen(ScrapeStarted.subject) as heard:
        tight = {**environment, "WELLSPRING_SCRAPER_MEMORY_LIMIT_MB": str(usual * 10 // 7)}
        async with running_scraper(tight, port):
            await eventually(lambda: metric(port, "wellspring_scraper_shedding"), lambda on: on == 1)
            await bus.publish(request, envelope)
            try:
                async with asyncio.timeout(4):
                    await anext(aiter(heard))
            except TimeoutError:
                pass
            else:
                raise AssertionError("a job was taken")
        async with running_scraper(environment, port):
            async with asyncio.timeout(20):
                _, payload = await anext(aiter(heard))
            assert ScrapeStarted.model_validate_json(payload).job_id == request.job_id
    full = {**environment, "WELLSPRING_SCRAPER_MEMORY_LIMIT_MB": str(max(16, usual * 10 // 11))}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", IMPATIENT, env=full, stdout=PIPE, stderr=STDOUT
    )
    output, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, output.decode()
    assert "scraper.outgrown" in output.decode()
    async with aiohttp.ClientSession() as session:
        assert not await ready(session, port)
