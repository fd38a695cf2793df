"""What a scraper says of a catalogue reaches the library through the broker, with two gateways at work."""

from datetime import timedelta

from tests.integration.gateway.crawling.found import episode, title
from tests.support.gateway import eventually
from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.clock import SystemClock
from wellspring_common.events.crawl import CatalogCrawled, CrawlCounts, CrawlFinished
from wellspring_common.events.downloads import DownloadRequested
from wellspring_common.events.envelope import Envelope, Event
from wellspring_common.ids import uuid7
from wellspring_common.settings import NatsSettings

from .conftest import Start
from .running import PATIENCE_S, Gateway

EVENTS, EPISODES = 12, 20


def envelope_of(event: Event) -> Envelope:
    identity = uuid7()
    return Envelope(
        event_id=identity,
        emitted_at=SystemClock().now(),
        correlation_id=identity,
        schema_name=f"{event.subject}/{event.version}",
    )


async def add_catalogue(gateway: Gateway) -> int:
    added: int = await gateway.sql.fetchval(
        "insert into catalog.catalogues (name, definition, base_urls) "
        "values ('Anime site', 'otakudesu', '{https://anime.example}') returning id"
    )
    return added


async def test_files_that_are_wished_for_are_asked_for_once_they_are_known(start_gateway: Start) -> None:
    gateway = await start_gateway()
    catalogue, job, other = await add_catalogue(gateway), uuid7(), uuid7()
    await gateway.sql.execute(
        "insert into catalog.download_wishes (job_id, requested_by) values ($1, 'mira')", job
    )
    settings = NatsSettings.model_validate({"nats_url": gateway.nats_url, "nats_prefix": gateway.prefix})
    async with open_bus(settings, service="scraper") as bus:
        for crawl, name in ((job, "Salt Harbour"), (other, "Nine Lantern Ferry")):
            found = CatalogCrawled(
                job_id=crawl, catalogue_id=catalogue, definition="otakudesu", titles=(title(name),)
            )
            said = envelope_of(found)
            for again in ("one", "two"):
                await bus.publish(found, said, message_id=f"{said.event_id}-{again}")
    await eventually(lambda: gateway.count("catalog.inbox"), lambda handled: handled == 2)
    rows = await gateway.sql.fetch("select payload from catalog.outbox where subject = 'download.requested'")
    (wanted,) = [DownloadRequested.model_validate_json(row["payload"]) for row in rows]
    harbour = await gateway.sql.fetchval("select id from catalog.titles where title = 'Salt Harbour'")
    assert (wanted.title_id, wanted.episode_ids, wanted.requested_by) == (harbour, (), "mira")


async def test_two_gateways_store_a_crawl_once_and_keep_its_end(start_gateway: Start) -> None:
    gateway, _ = await start_gateway(), await start_gateway()
    catalogue, job = await add_catalogue(gateway), uuid7()
    now = SystemClock().now()
    settings = NatsSettings.model_validate({"nats_url": gateway.nats_url, "nats_prefix": gateway.prefix})
    async with open_bus(settings, service="scraper") as bus:
        for part in range(EVENTS):
            # every event brings the same two titles, and episodes of its own
            numbers = range(part * EPISODES, (part + 1) * EPISODES)
            titles = (title("Salt Harbour"), title(episodes=[episode(number) for number in numbers]))
            found = CatalogCrawled(job_id=job, catalogue_id=catalogue, definition="otakudesu", titles=titles)
            said = envelope_of(found)
            for again in ("one", "two"):  # a broker may bring it twice
                await bus.publish(found, said, message_id=f"{said.event_id}-{again}")
        ended = CrawlFinished(
            job_id=job,
            catalogue_id=catalogue,
            attempt=1,
            started_at=now - timedelta(minutes=5),
            finished_at=now,
            counts=CrawlCounts(lists=1, titles=2, pages=3),
            moved_to="https://anime.example.net",
        )
        await bus.publish(ended, envelope_of(ended))
    wanted = EVENTS * EPISODES + 2
    await eventually(
        lambda: gateway.count("catalog.episodes"), lambda found: found >= wanted, patience_s=PATIENCE_S
    )
    moved = "select base_urls[1] from catalog.catalogues"
    await eventually(
        lambda: gateway.sql.fetchval(moved),
        lambda found: found == "https://anime.example.net",
        patience_s=PATIENCE_S,
    )
    handled = "select count(*) from catalog.inbox"
    await eventually(
        lambda: gateway.sql.fetchval(handled), lambda found: found == EVENTS + 1, patience_s=PATIENCE_S
    )
    assert await gateway.count("catalog.titles") == 2
    assert await gateway.count("catalog.episodes") == wanted
    assert await gateway.count("catalog.dead_letters") == 0
    result = await gateway.sql.fetchrow("select * from catalog.crawl_results")
    assert result is not None
    assert (result["titles_added"], result["episodes_added"]) == (2, wanted)
