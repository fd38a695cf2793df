"""The processes of the event benchmarks: `python -m tests.bench._event_parts ROLE JSON`.

A role says `@ready`, works, and says what it measured under a word of its own. SIGTERM ends it.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

import nats

from wellspring_common.bus.port import Delivery, Subscription
from wellspring_common.events.links import LinksUpdated
from wellspring_common.events.scrape import ScrapeRequested
from wellspring_common.events.specs import ConsumerSpec
from wellspring_common.events.topology import CONSUMERS
from wellspring_common.inbox import Inbox, PostgresGraveyard
from wellspring_common.logs import configure_logs
from wellspring_common.lookups import LookupLoop
from wellspring_common.outbox import Outbox, Relay
from wellspring_common.runtime import settle
from wellspring_common.settings import LogSettings
from wellspring_common.testing.graveyard import MemoryGraveyard

from ._event_ground import Place
from ._event_handlers import bare, handled


def say(word: str, value: Any = None) -> None:
    """Tell whoever started this."""
    sys.stdout.write(f"@{word} {json.dumps(value)}\n")
    sys.stdout.flush()


async def relay(place: Place, more: Any) -> None:
    """Publish what an outbox holds, as the refresher does."""
    async with place.database() as database, place.bus() as bus:
        say("ready")
        await Relay(database, bus, Outbox(more["schema"]), service=place.service).run()


async def listener(place: Place, more: Any) -> None:
    """Say when each of so many events came to its handler."""
    arrived: dict[int, float] = {}
    whole = asyncio.Event()

    async def note(delivery: Delivery) -> None:
        assert isinstance(delivery.event, LinksUpdated)
        arrived.setdefault(delivery.event.episode_id, time.time())
        if len(arrived) == more["count"]:
            whole.set()

    async with place.database() as database, place.bus() as bus:
        subscription = Subscription(spec("health"), {LinksUpdated: note})
        graveyard = PostgresGraveyard(database, Inbox("health"))
        consuming = asyncio.create_task(bus.consume(subscription, graveyard))
        say("ready")
        await whole.wait()
        say("arrived", list(arrived.items()))
        await consuming


async def holder(place: Place, more: Any) -> None:
    """Take one message and never end, or say when one came."""

    async def hold(_: Delivery) -> None:
        say("taken", time.time())
        if more["holds"]:
            await asyncio.Event().wait()

    kind = ScrapeRequested if place.service == "scraper" else LinksUpdated
    async with place.bus() as bus:
        consuming = asyncio.create_task(
            bus.consume(Subscription(spec(more["consumer"]), {kind: hold}), MemoryGraveyard())
        )
        say("ready")
        await consuming


async def handler(place: Place, more: Any) -> None:
    """Say how long so many events took a handler that does each once."""
    say("ready")
    say("took", await handled(place, more["total"]))


async def bare_transactions(place: Place, more: Any) -> None:
    """Say how long its transactions alone take."""
    say("ready")
    say("took", await bare(place, more["total"]))


async def plain_listener(place: Place, more: Any) -> None:
    """Say when each event came to a loop as nats-py's manual shows it."""
    client = await nats.connect(place.nats_url)
    found = await client.jetstream().pull_subscribe("ws.links.updated", durable="plain", stream="WS_EVENTS")
    arrived: dict[int, float] = {}
    say("ready")
    while len(arrived) < more["count"]:
        try:
            messages = await found.fetch(10, timeout=1)
        except TimeoutError:
            continue
        for message in messages:
            arrived.setdefault(json.loads(message.data)["episode_id"], time.time())
            await message.ack()
    say("arrived", list(arrived.items()))
    await client.jetstream().delete_consumer("WS_EVENTS", "plain")
    await client.close()


def spec(name: str) -> ConsumerSpec:
    """Return a consumer of the topology."""
    return next(each for each in CONSUMERS if each.name == name)


ROLES: dict[str, Callable[[Place, Any], Coroutine[Any, Any, None]]] = {
    "relay": relay,
    "listener": listener,
    "holder": holder,
    "handler": handler,
    "bare": bare_transactions,
    "plain_listener": plain_listener,
}


def main() -> None:
    """Play one role in the event loop that services use, settled as they are."""
    given = json.loads(sys.argv[2])
    more = given.pop("more")
    configure_logs("bench", LogSettings(log_level="error"))
    settle()
    with asyncio.Runner(loop_factory=LookupLoop) as runner:
        runner.run(ROLES[sys.argv[1]](Place(**given), more))


if __name__ == "__main__":
    main()
