"""A crawl by the scraper as a process, over a real broker with its own rights, cut off in the middle."""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.integration.scraper.test_service import running_scraper
from wellspring_cli.embedded.nats import Nats
from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.events.crawl import CatalogCrawled, CrawlFinished, CrawlRequested, CrawlScope
from wellspring_common.events.envelope import EVENT_ID, Envelope
from wellspring_common.events.topology import EVENTS
from wellspring_common.ids import uuid7
from wellspring_common.settings import NatsSettings
from wellspring_demo.world import running_world

TITLES = 120


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(signal.SIGTERM, id="told to stop"),
        # the broker waits half a minute for a sign of life before it gives the job to the next one
        pytest.param(signal.SIGKILL, id="killed", marks=pytest.mark.long),
    ],
)
async def test_a_crawl_that_is_cut_off_tells_every_title_once(  # noqa: PLR0917  (fixtures)
    nats_server: Nats,
    nats_own_url_for: Callable[[str], str],
    own_users_prefix: str,
    free_port: Callable[[], int],
    tmp_path: Path,
    how: signal.Signals,
) -> None:
    port = free_port()
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(running_world(tmp_path / "world"))
        environment = {
            "WELLSPRING_NATS_URL": nats_own_url_for("scraper"),
            "WELLSPRING_NATS_MONITOR_URL": nats_server.monitor_url,
            "WELLSPRING_NATS_PREFIX": own_users_prefix,
            "WELLSPRING_DATA_DIR": str(tmp_path / "data"),
            "WELLSPRING_OPS_PORT": str(port),
            "WELLSPRING_ALLOW_PRIVATE_HOSTS": ",".join(world.hosts),
            "WELLSPRING_SCRAPER_HOST_RATE_PER_S": "10",
            "WELLSPRING_SCRAPER_BROWSER": "false",
            "PATH": os.environ["PATH"],
        }
        job = CrawlRequested(
            job_id=uuid7(),
            catalogue_id=7,
            definition="otakudesu",
            base_urls=(world.addresses["anime"],),
            scope=CrawlScope.ALL,
            limit=TITLES,
            reason="test",
            requested_at=datetime.now(UTC),  # noqa: TID251  (an event's real time)
        )
        settings = NatsSettings(nats_url=nats_own_url_for("admin"), nats_prefix=own_users_prefix)
        bus = await stack.enter_async_context(open_bus(settings, service="admin"))
        crawled = await stack.enter_async_context(bus.listen(CatalogCrawled.subject))
        finished = await stack.enter_async_context(bus.listen(CrawlFinished.subject))
        envelope = Envelope(
            event_id=uuid7(),
            emitted_at=job.requested_at,
            correlation_id=uuid7(),
            schema_name="crawl.requested/1",
        )
        async with running_scraper(environment, port) as first:
            await bus.publish(job, envelope)
            async with asyncio.timeout(20):
                await anext(aiter(crawled))
            first.send_signal(how)
            said = await ended(first)
        async with running_scraper(environment, port) as second:
            async with asyncio.timeout(60):
                _, payload = await anext(aiter(finished))
            second.send_signal(signal.SIGTERM)
            said += await ended(second)
        end = CrawlFinished.model_validate_json(payload)
        assert (end.code, end.counts.titles, end.counts.failed) == (None, TITLES, 0), end
        assert end.attempt >= 2
        stored = await bus.read_back(EVENTS, CatalogCrawled.subject, most=1000)
        titles = [
            title.key
            for _, payload, _ in stored
            for title in CatalogCrawled.model_validate_json(payload).titles
            if CatalogCrawled.model_validate_json(payload).job_id == job.job_id
        ]
        assert sorted(titles) == sorted(set(titles))
        assert len(titles) == TITLES
        assert len({headers[EVENT_ID] for _, _, headers in stored}) == len(stored)
        assert "ermissions" not in said, said


async def ended(process: Process) -> str:
    output, _ = await asyncio.wait_for(process.communicate(), 15)
    return output.decode()
