"""The services' own NATS users, on the server: what they may say and hear, and what not."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

import nats
import pytest
from nats.aio.client import Client

from tests.contract.delivering import envelope_of, started
from tests.support.permissions import SERVICES, WRITERS
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.nats.topology import check
from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.events.config import SettingsChanged
from wellspring_common.events.envelope import Event
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.scrape import Lane, ScrapeRequested
from wellspring_common.events.specs import ConsumerSpec
from wellspring_common.events.topology import (
    HEALTH,
    REFRESHER,
    SCRAPER_BACKGROUND,
    SCRAPER_INTERACTIVE,
    SCRAPER_LEASE,
    SETTINGS_BUCKET,
)
from wellspring_common.ids import uuid7
from wellspring_common.testing.graveyard import MemoryGraveyard

FORBIDDEN_TO_ALL = (
    "$JS.API.STREAM.DELETE.WS_EVENTS",
    "$JS.API.STREAM.PURGE.WS_COMMANDS",
    "$JS.API.STREAM.UPDATE.WS_EVENTS",
    "$JS.API.STREAM.CREATE.SPY",
    "$JS.API.CONSUMER.CREATE.WS_EVENTS.spy",
    "$JS.API.CONSUMER.DELETE.WS_EVENTS.health",
    "$SYS.REQ.SERVER.PING",
    "other.links.updated",
)

UrlFor = Callable[[str], str]


class User:
    """One signed-in user, and what the server refused: it says so later, on the same connection, in order."""

    def __init__(self) -> None:
        self.client = Client()
        self._refused: list[str] = []
        self._asked = 0

    async def refuse(self, error: Exception) -> None:
        self._refused.append(str(error).lower())

    async def may_publish(self, subject: str) -> bool:
        await self.client.publish(subject, b"{}")
        return not await self._was_refused(f'publish to "{subject.lower()}"')

    async def may_hear(self, subject: str) -> bool:
        subscription = await self.client.subscribe(subject)
        refused = await self._was_refused(f'subscription to "{subject.lower()}"')
        with suppress(nats.errors.Error):
            await subscription.unsubscribe()
        return not refused

    async def _was_refused(self, what: str) -> bool:
        """Ask for what nobody may: its refusal comes after all that was asked before."""
        self._asked += 1
        marker = f"nobody.may.{self._asked}"
        await self.client.publish(marker, b"")
        async with asyncio.timeout(5):
            while not any(marker in said for said in self._refused):
                await asyncio.sleep(0)
        return any(what in said for said in self._refused)


@asynccontextmanager
async def signed_in(url: str) -> AsyncGenerator[User]:
    user = User()
    await user.client.connect(url, error_cb=user.refuse, allow_reconnect=False)
    try:
        yield user
    finally:
        await user.client.close()


@asynccontextmanager
async def bus_of(url: str, prefix: str, service: str) -> AsyncGenerator[NatsBus]:
    async with connected(url, service) as connection:
        yield NatsBus(connection, prefix=prefix, service=service, pace=0.02)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_user_may_say_its_own_words_and_no_others(
    nats_own_url_for: UrlFor, own_users_prefix: str, service: str
) -> None:
    async with signed_in(nats_own_url_for(service)) as user:
        for subject, writers in WRITERS.items():
            allowed = await user.may_publish(f"{own_users_prefix}.{subject}")
            assert allowed is (service in writers), subject
        for subject in FORBIDDEN_TO_ALL:
            assert not await user.may_publish(subject), subject
        key = f"$KV.{own_users_prefix.upper()}_settings.tunables"
        assert await user.may_publish(key) is (service == "gateway")


@pytest.mark.parametrize("service", SERVICES)
async def test_only_the_gateway_hears_everything_and_everybody_hears_of_settings(
    nats_own_url_for: UrlFor, own_users_prefix: str, service: str
) -> None:
    async with signed_in(nats_own_url_for(service)) as user:
        for subject in ("links.updated", "live.>", "scrape.requested.>"):
            allowed = await user.may_hear(f"{own_users_prefix}.{subject}")
            assert allowed is (service == "gateway"), subject
        assert await user.may_hear(f"{own_users_prefix}.settings.changed")
        for subject in (">", "$SYS.>", "$JS.>", "other.>", "$KV.>"):
            assert not await user.may_hear(subject), subject


async def test_a_wrong_password_opens_nothing(nats_own_url_for: UrlFor, own_users_prefix: str) -> None:
    url = nats_own_url_for("health").replace("nats://health:", "nats://gateway:")

    async def quiet(_: Exception) -> None:
        return None

    client = Client()
    with pytest.raises(nats.errors.Error, match=r"(?i)authorization"):
        await client.connect(url, allow_reconnect=False, error_cb=quiet)
    await client.close()


def request(lane: Lane) -> ScrapeRequested:
    return ScrapeRequested(
        job_id=uuid7(),
        episode_id=1,
        lane=lane,
        reason="t",
        requested_at=envelope_of(started()).emitted_at,
        sources=(),
    )


@pytest.mark.parametrize(
    ("writer", "event", "consumer"),
    [
        ("gateway", request(Lane.INTERACTIVE), SCRAPER_INTERACTIVE),
        ("refresher", request(Lane.BACKGROUND), SCRAPER_BACKGROUND),
        ("scraper", started(), REFRESHER),
        ("refresher", LinksUpdated(episode_id=1, job_id=uuid7(), state="failed", changed=()), HEALTH),
    ],
    ids=["gateway-scraper", "refresher-scraper", "scraper-refresher", "refresher-health"],
)
async def test_an_event_goes_from_its_writer_to_its_reader(
    nats_own_url_for: UrlFor, own_users_prefix: str, writer: str, event: Event, consumer: ConsumerSpec
) -> None:
    handled = asyncio.Event()

    async def handle(delivery: Delivery) -> None:
        await delivery.working()
        if delivery.event == event:
            handled.set()

    async with (
        bus_of(nats_own_url_for(writer), own_users_prefix, writer) as says,
        bus_of(nats_own_url_for(consumer.service), own_users_prefix, consumer.service) as reads,
    ):
        await says.publish(event, envelope_of(event))
        graveyard = MemoryGraveyard()
        task = asyncio.create_task(reads.consume(Subscription(consumer, {type(event): handle}), graveyard))
        await asyncio.wait_for(handled.wait(), 10)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert graveyard.buried == []
    async with signed_in(nats_own_url_for("admin")) as admin:
        stream = f"{own_users_prefix.upper()}_{consumer.stream}"
        info = await admin.client.jetstream().consumer_info(stream, consumer.name)
        assert info.num_ack_pending == 0, "the acknowledgement was refused"


async def test_a_service_cannot_take_another_services_events(
    nats_own_url_for: UrlFor, own_users_prefix: str
) -> None:
    async with signed_in(nats_own_url_for("admin")) as admin:
        await admin.client.jetstream().publish(f"{own_users_prefix}.scrape.started", b"{}")
    async with signed_in(nats_own_url_for("uploader")) as user:
        streams = user.client.jetstream()
        pull = await streams.pull_subscribe_bind(
            durable=REFRESHER.name, stream=f"{own_users_prefix.upper()}_EVENTS"
        )
        with pytest.raises(TimeoutError):
            await pull.fetch(1, timeout=0.3)
        asked = f"$JS.API.CONSUMER.MSG.NEXT.{own_users_prefix.upper()}_EVENTS.{REFRESHER.name}"
        assert not await user.may_publish(asked)


@pytest.mark.parametrize("service", SERVICES)
async def test_settings_are_written_by_the_gateway_and_read_by_all(
    nats_own_url_for: UrlFor, own_users_prefix: str, service: str
) -> None:
    async with bus_of(nats_own_url_for("gateway"), own_users_prefix, "gateway") as gateway:
        await gateway.bucket(SETTINGS_BUCKET).put("tunables", service.encode())
    async with bus_of(nats_own_url_for(service), own_users_prefix, service) as bus:
        bucket = bus.bucket(SETTINGS_BUCKET)
        assert await bucket.get("tunables") == service.encode()
        assert await bucket.get("nothing.here") is None


async def test_the_scraper_takes_its_lease_with_its_own_rights(
    nats_own_url_for: UrlFor, own_users_prefix: str
) -> None:
    async with bus_of(nats_own_url_for("scraper"), own_users_prefix, "scraper") as bus:
        lease = bus.lease(SCRAPER_LEASE, "one")
        assert await lease.take()
        assert await lease.take()
        assert not await bus.lease(SCRAPER_LEASE, "another").take()
        await lease.give_back()


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_can_do_what_it_does_at_its_start(
    nats_own_url_for: UrlFor, own_users_prefix: str, service: str
) -> None:

    async with connected(nats_own_url_for(service), service) as connection:
        await connection.ping()
        await check(connection.client.jetstream(), service, own_users_prefix)
        bus = NatsBus(connection, prefix=own_users_prefix, service=service)
        async with (
            bus.listen(SettingsChanged.subject) as heard,
            bus_of(nats_own_url_for("gateway"), own_users_prefix, "gateway") as gateway,
        ):
            await bus.ping()
            event = SettingsChanged(keys=("x",), revision=1)
            await gateway.publish(event, envelope_of(event))
            subject, payload = await asyncio.wait_for(anext(heard), 5)
        assert (subject, SettingsChanged.decode(payload)) == ("settings.changed", event)
