"""A lease on a real broker: one holder, handed over at once or after its time."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from wellspring_common.bus.nats import lease as nats_lease
from wellspring_common.bus.nats.bus import NatsBus
from wellspring_common.bus.nats.connection import connected
from wellspring_common.bus.nats.topology_config import bucket_config
from wellspring_common.errors import DependencyDown
from wellspring_common.events.topology import LEASES

UrlFor = Callable[[str], str]


@asynccontextmanager
async def bus_of(url: str, prefix: str) -> AsyncGenerator[NatsBus]:
    async with connected(url, "lease-test") as connection:
        yield NatsBus(connection, prefix=prefix, service="scraper")


async def test_one_holds_it_and_the_next_gets_it_when_it_is_given_back(
    nats_url_for: UrlFor, topology: str
) -> None:
    async with bus_of(nats_url_for("scraper"), topology) as bus:
        one, other = bus.lease("scraper", "one"), bus.lease("scraper", "other")
        assert await one.take()
        assert not await other.take()
        assert await one.take(), "renewed"
        await one.give_back()
        assert await other.take()
        assert not await one.take()


async def test_whoever_starts_again_takes_its_own_back_and_the_old_process_loses_it(
    nats_url_for: UrlFor, topology: str
) -> None:
    async with bus_of(nats_url_for("scraper"), topology) as bus:
        killed, successor = bus.lease("scraper", "host:/data"), bus.lease("scraper", "host:/data")
        assert await killed.take()
        assert await successor.take()


async def test_many_at_once_leave_one(nats_url_for: UrlFor, topology: str) -> None:
    async with bus_of(nats_url_for("scraper"), topology) as bus:
        taken = await asyncio.gather(*(bus.lease("scraper", str(number)).take() for number in range(12)))
    assert sum(taken) == 1


async def test_a_holder_that_is_gone_is_forgotten(
    nats_url_for: UrlFor, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_lease, "LEASE_S", 1.0)
    url = nats_url_for("admin")
    async with connected(url, "lease-test") as connection:
        context = connection.client.jetstream(timeout=5)
        await context.add_stream(bucket_config(replace(LEASES, ttl_s=1.0), prefix))
        bus = NatsBus(connection, prefix=prefix, service="scraper")
        assert await bus.lease("scraper", "gone").take()
        other = bus.lease("scraper", "other")
        async with asyncio.timeout(10):
            while not await other.take():
                await asyncio.sleep(0.1)
        await context.delete_key_value(f"{prefix.upper()}_leases")


async def test_without_its_bucket_it_is_a_dependency_that_is_down(nats_url_for: UrlFor, prefix: str) -> None:
    async with bus_of(nats_url_for("scraper"), prefix) as bus:
        with pytest.raises(DependencyDown):
            await bus.lease("scraper", "one").take()
