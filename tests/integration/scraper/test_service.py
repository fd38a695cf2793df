"""The scraper as a process: one request over the broker, one result, a small footprint, a clean end."""

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from tests.integration.fetch.servers import running_site
from wellspring_cli.embedded.nats import Nats
from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.events.envelope import Envelope
from wellspring_common.events.scrape import Lane, LinksScraped, ScrapeRequested, SourceRef
from wellspring_common.ids import uuid7
from wellspring_common.settings import NatsSettings

START_S = 20
SMALL_MB = 60


@asynccontextmanager
async def running_scraper(environment: dict[str, str], port: int) -> AsyncGenerator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wellspring_scraper", env=environment, stdout=PIPE, stderr=STDOUT
    )
    try:
        async with asyncio.timeout(START_S), aiohttp.ClientSession() as session:
            while not await ready(session, port):
                assert process.returncode is None, await output_of(process)
                await asyncio.sleep(0.05)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def output_of(process: Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.read()).decode()


async def ready(session: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False


def pss_mb(pid: int) -> float:
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found is not None
    return int(found.group(1)) / 1024


async def test_a_request_becomes_a_result_with_the_services_own_rights(
    nats_server: Nats,
    nats_own_url_for: Callable[[str], str],
    own_users_prefix: str,
    free_port: Callable[[], int],
    tmp_path: Path,
) -> None:
    port, now = free_port(), datetime.now(UTC)  # noqa: TID251  (an event's real time)
    async with running_site() as site:
        environment = {
            "WELLSPRING_NATS_URL": nats_own_url_for("scraper"),
            "WELLSPRING_NATS_MONITOR_URL": nats_server.monitor_url,
            "WELLSPRING_NATS_PREFIX": own_users_prefix,
            "WELLSPRING_DATA_DIR": str(tmp_path),
            "WELLSPRING_OPS_PORT": str(port),
            "WELLSPRING_ALLOW_PRIVATE_HOSTS": f"127.0.0.1:{site.port}",
        }
        source = SourceRef(source_id=1, quality=720, url=site.url("/film"), definition="direct")
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
        async with (
            open_bus(settings, service="admin") as bus,
            bus.listen(LinksScraped.subject) as heard,
            running_scraper(environment, port) as process,
        ):
            await bus.publish(request, envelope)
            async with asyncio.timeout(20):
                _, payload = await anext(aiter(heard))
            result = LinksScraped.model_validate_json(payload)
            assert result.job_id == request.job_id
            assert [link.url for link in result.results[0].links] == [source.url]
            assert pss_mb(process.pid) <= SMALL_MB
            process.send_signal(signal.SIGTERM)
            output, _ = await asyncio.wait_for(process.communicate(), 10)
            assert process.returncode == 0, output.decode()


async def test_a_second_scraper_stands_by_until_the_first_one_stops(
    nats_server: Nats,
    nats_own_url_for: Callable[[str], str],
    own_users_prefix: str,
    free_port: Callable[[], int],
    tmp_path: Path,
) -> None:
    ports = free_port(), free_port()
    environments = [
        {
            "WELLSPRING_NATS_URL": nats_own_url_for("scraper"),
            "WELLSPRING_NATS_MONITOR_URL": nats_server.monitor_url,
            "WELLSPRING_NATS_PREFIX": own_users_prefix,
            "WELLSPRING_DATA_DIR": str(tmp_path / str(port)),
            "WELLSPRING_OPS_PORT": str(port),
        }
        for port in ports
    ]
    async with running_scraper(environments[0], ports[0]) as first:
        await until_on_duty(ports[0])
        async with running_scraper(environments[1], ports[1]):
            assert (await on_duty(ports[0]), await on_duty(ports[1])) == (True, False)
            first.send_signal(signal.SIGTERM)
            await until_on_duty(ports[1])


async def on_duty(port: int) -> bool:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        return "\nwellspring_scraper_lease_held 1.0" in await answer.text()


async def until_on_duty(port: int) -> None:
    async with asyncio.timeout(10):
        while not await on_duty(port):
            await asyncio.sleep(0.05)
