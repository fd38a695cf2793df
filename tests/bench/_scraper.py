"""A scraper of its own for the benchmark: the real process, its broker, its pages, and jobs by event."""

import asyncio
import os
import re
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from wellspring_cli.ports import choose
from wellspring_cli.testing import OWN_USERS_PREFIX, SharedServers
from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.bus.port import Bus
from wellspring_common.events.envelope import Envelope
from wellspring_common.events.scrape import Lane, LinksScraped, ScrapeFailed, ScrapeRequested, SourceRef
from wellspring_common.ids import uuid7
from wellspring_common.settings import NatsSettings

from ._pages import DEFINITION

JOB_S = 120.0
START_S = 30.0
_LAUNCHES = re.compile(r"^wellspring_browser_launches_total\{[^}]*\} (\d+)", re.MULTILINE)

Ended = LinksScraped | ScrapeFailed


@dataclass
class Scraper:
    """A running scraper that is asked over its broker."""

    pid: int
    bus: Bus
    heard: AsyncIterator[tuple[str, bytes]]
    pages_port: int
    ops_port: int
    session: aiohttp.ClientSession
    asked: int = field(default=0)

    async def scrape(self, page: str, *, sources: int = 1) -> Ended:
        """Ask for one job and return how it ended."""
        now = datetime.now(UTC)  # noqa: TID251  (an event's real time)
        refs = []
        for number in range(1, sources + 1):
            self.asked += 1
            url = f"http://127.0.0.1:{self.pages_port}/{page}?{self.asked}"
            refs.append(SourceRef(source_id=number, quality=None, url=url, definition="bench"))
        job = ScrapeRequested(
            job_id=uuid7(),
            episode_id=1,
            lane=Lane.INTERACTIVE,
            reason="bench",
            requested_at=now,
            sources=tuple(refs),
        )
        correlation = uuid7()
        envelope = Envelope(
            event_id=uuid7(),
            emitted_at=now,
            correlation_id=correlation,
            schema_name=f"{ScrapeRequested.subject}/1",
        )
        await self.bus.publish(job, envelope)
        async with asyncio.timeout(JOB_S):
            async for subject, payload in self.heard:
                kind = LinksScraped if LinksScraped.subject in subject else ScrapeFailed
                ended = kind.model_validate_json(payload)
                if ended.job_id == job.job_id:
                    return ended
        raise RuntimeError("the broker stopped talking")

    async def launches(self) -> int:
        """Return how many browsers were started so far."""
        async with self.session.get(f"http://127.0.0.1:{self.ops_port}/metrics") as answer:
            return sum(int(found) for found in _LAUNCHES.findall(await answer.text()))


def cold_copy(browser: Path, folder: Path) -> Path:
    """Copy a browser and let the kernel forget its pages: whoever reads them next is charged for them."""
    folder.mkdir(parents=True)
    for one in browser.parent.iterdir():
        if one != browser:
            (folder / one.name).symlink_to(one)
    copied = Path(shutil.copy2(browser, folder / browser.name))
    with copied.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return copied


@asynccontextmanager
async def running_pages(module: str = "tests.bench._pages") -> AsyncGenerator[int]:
    """Serve a benchmark's pages and yield their port."""
    port = choose()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, str(port), stdout=PIPE)
    try:
        assert process.stdout is not None
        await asyncio.wait_for(process.stdout.readline(), START_S)
        yield port
    finally:
        process.terminate()
        await process.communicate()


@asynccontextmanager
async def running_scraper(
    servers: SharedServers,
    folder: Path,
    pages_port: int,
    *,
    within: tuple[str, ...] = (),
    chromium: Path | None = None,
) -> AsyncGenerator[Scraper]:
    """Run a scraper, started by the command `within` and with another browser where they are given."""
    definitions = folder / "definitions"
    definitions.mkdir(parents=True, exist_ok=True)
    (definitions / "bench.yaml").write_text(DEFINITION)
    ops_port = choose(avoid=frozenset({pages_port}))
    environment = {
        "PATH": "/usr/bin:/bin",
        "WELLSPRING_NATS_URL": servers.nats.url("scraper"),
        "WELLSPRING_NATS_PREFIX": OWN_USERS_PREFIX,
        "WELLSPRING_DATA_DIR": str(folder),
        "WELLSPRING_OPS_PORT": str(ops_port),
        "WELLSPRING_ALLOW_PRIVATE_HOSTS": f"127.0.0.1:{pages_port}",
        "WELLSPRING_SCRAPER_DEFINITIONS_DIR": str(definitions),
        "WELLSPRING_SCRAPER_HOST_RATE_PER_S": "1000",
        "WELLSPRING_SCRAPER_HOST_BURST": "1000",
    }
    if chromium is not None:
        environment["WELLSPRING_SCRAPER_CHROMIUM"] = str(chromium)
    command = (*within, sys.executable, "-m", "wellspring_scraper")
    with (folder / "scraper.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdin=DEVNULL, stdout=log, stderr=log
        )
    settings = NatsSettings(nats_url=servers.nats.url("admin"), nats_prefix=OWN_USERS_PREFIX)
    try:
        async with (
            aiohttp.ClientSession() as session,
            open_bus(settings, service="admin") as bus,
            bus.listen(LinksScraped.subject, ScrapeFailed.subject) as heard,
        ):
            await _until_ready(session, ops_port)
            yield Scraper(process.pid, bus, aiter(heard), pages_port, ops_port, session)
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 20)


async def _until_ready(session: aiohttp.ClientSession, port: int) -> None:
    async with asyncio.timeout(START_S):
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
