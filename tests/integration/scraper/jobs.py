"""A scraper as a process, and what is asked of it and said by it over a real broker."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
from nats.js import JetStreamContext

from tests.integration.fetch.servers import Site, running_site
from tests.support.gateway import eventually
from wellspring_common.bus.nats.bus import NatsBus, open_bus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.events.envelope import MESSAGE_ID, Envelope, Event
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.scrape import Lane, ScrapeRequested, SourceRef
from wellspring_common.events.specs import stream_name
from wellspring_common.events.topology import CONSUMERS, EVENTS, WORK_BUCKET
from wellspring_common.ids import derived_id, uuid7
from wellspring_common.settings import NatsSettings

PATIENCE_S = 20.0


@dataclass(frozen=True)
class Broker:
    """The broker as its administrator sees it."""

    bus: NatsBus
    context: JetStreamContext
    prefix: str

    async def say(self, event: Event, event_id: UUID, *, subject: str | None = None, again: str = "") -> None:
        """Publish an event, or bring it again on another subject."""
        envelope = Envelope(
            event_id=event_id,
            emitted_at=now(),
            correlation_id=event_id,
            schema_name=f"{event.subject}/{event.version}",
        )
        headers = {**envelope.headers(), MESSAGE_ID: f"{event_id}{again}"}
        await self.bus.publish_raw(subject or event.routing(), event.model_dump_json().encode(), headers)

    async def ask(self, job: ScrapeRequested) -> None:
        """Ask for a scrape, or promote it."""
        what = "requested" if job.lane is Lane.BACKGROUND else "promoted"
        await self.say(job, derived_id(job.job_id, what))

    async def cancel(self, job: ScrapeRequested) -> None:
        """Say that nobody wants a job any more."""
        event = JobCancelled(job_id=job.job_id, cancelled_by="test", cancelled_at=now())
        await self.say(event, derived_id(job.job_id, "cancelled"))

    async def said(self, kind: type[Event], job: ScrapeRequested) -> list[dict[str, Any]]:
        """Return what was said about a job."""
        stored = await self.bus.read_back(EVENTS, kind.subject, most=100)
        events = [json.loads(payload) for _, payload, _ in stored]
        return [event for event in events if event.get("job_id") == str(job.job_id)]

    async def note(self, job: ScrapeRequested) -> dict[str, Any]:
        """Return what the scraper noted of a job."""
        kept = await self.bus.bucket(WORK_BUCKET).get(str(job.job_id))
        found: dict[str, Any] = json.loads(kept) if kept is not None else {}
        return found

    async def left(self) -> int:
        """Return how many requests are not acknowledged."""
        left = 0
        for consumer in CONSUMERS:
            if consumer.service == "scraper":
                stream = stream_name(self.prefix, consumer.stream)
                info = await self.context.consumer_info(stream, consumer.name)
                left += (info.num_pending or 0) + (info.num_ack_pending or 0)
        return left

    async def all_done(self, patience_s: float = PATIENCE_S) -> None:
        """Wait until every request is acknowledged."""
        await eventually(self.left, lambda left: left == 0, patience_s=patience_s)

    async def noted(self, job: ScrapeRequested, end: str) -> None:
        """Wait until a job has an end."""
        await eventually(lambda: self.note(job), lambda note: note.get("end") == end, patience_s=PATIENCE_S)

    async def heard(self, kind: type[Event], job: ScrapeRequested) -> dict[str, Any]:
        """Wait until something is said about a job, and return it."""
        found = await eventually(lambda: self.said(kind, job), bool, patience_s=PATIENCE_S)
        first: dict[str, Any] = found[0]
        return first


@dataclass(frozen=True)
class Workplace:
    """A broker, a site, and the environment of a scraper between them."""

    broker: Broker
    site: Site
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)

    def job(self, path: str, lane: Lane = Lane.INTERACTIVE) -> ScrapeRequested:
        """Return a new request for a file of the site."""
        url = self.site.url(path)
        source = SourceRef(source_id=1, quality=720, url=url, definition="direct")
        return ScrapeRequested(
            job_id=uuid7(), episode_id=7, lane=lane, reason="test", requested_at=now(), sources=(source,)
        )

    def asked(self, path: str) -> int:
        """Return how often the site was asked for a file."""
        return sum(1 for _, asked in self.site.asked if asked == path)

    async def under_way(self, path: str) -> None:
        """Wait until the site is asked for a file."""

        async def asked() -> int:
            return self.asked(path)

        await eventually(asked, bool, patience_s=PATIENCE_S)

    async def duplicates(self) -> float:
        """Return how many events the scraper counted as known before."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self.port}/metrics") as answer,
        ):
            lines = (await answer.text()).splitlines()
        counts = [line for line in lines if line.startswith("wellspring_events_consumed_total")]
        return sum(float(line.split()[-1]) for line in counts if 'outcome="duplicate"' in line)


def now() -> datetime:
    """Return the real time, which events carry."""
    return datetime.now(UTC)  # noqa: TID251


@asynccontextmanager
async def working(
    urls: Mapping[str, str], prefix: str, port: int, data_dir: Path
) -> AsyncGenerator[Workplace]:
    """Open a workplace. `urls` has those of `admin` and `scraper`, and of the broker's monitor."""
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(running_site())
        settings = NatsSettings(nats_url=urls["admin"], nats_prefix=prefix)
        bus = await stack.enter_async_context(open_bus(settings, service="admin"))
        connection = await stack.enter_async_context(connected(urls["admin"], "jobs-test"))
        context = connection.client.jetstream(timeout=5)
        environment = {
            "WELLSPRING_NATS_URL": urls["scraper"],
            "WELLSPRING_NATS_MONITOR_URL": urls["monitor"],
            "WELLSPRING_NATS_PREFIX": prefix,
            "WELLSPRING_DATA_DIR": str(data_dir),
            "WELLSPRING_OPS_PORT": str(port),
            "WELLSPRING_ALLOW_PRIVATE_HOSTS": f"127.0.0.1:{site.port}",
            "WELLSPRING_SCRAPER_BROWSER": "false",
        }
        yield Workplace(Broker(bus, context, prefix), site, port, environment)
