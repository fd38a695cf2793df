"""The copy of the run-time settings in the bucket."""

import asyncio
from typing import Any, cast

from wellspring_common.errors import DependencyDown
from wellspring_common.outbox import Outbox
from wellspring_common.tunables import Tunables, TunablesCopy
from wellspring_gateway.adapters.settings import PostgresSettings

COPY = TunablesCopy(revision=3, values=Tunables(link_ttl_hours=12))


class Stored(PostgresSettings):
    """Settings without a database."""

    async def load(self) -> TunablesCopy:
        return COPY


class Bucket:
    """A bucket that says when it was written, and then does what a test wants."""

    def __init__(self, then: Any = None) -> None:
        self.value: bytes | None = None
        self.writes = 0
        self.written = asyncio.Event()
        self._then = then

    async def get(self, key: str) -> bytes | None:
        return self.value

    async def put(self, key: str, value: bytes) -> None:
        self.writes += 1
        self.written.set()
        if self._then is not None:
            await self._then()
        self.value = value


def settings_over(bucket: Bucket) -> Stored:
    return Stored(cast("Any", None), Outbox("catalog"), bucket)


async def stopped(task: "asyncio.Task[None]") -> bool:
    task.cancel()
    await asyncio.wait({task}, timeout=2)
    return task.cancelled()


async def test_a_missing_copy_is_made_once() -> None:
    bucket = Bucket()
    settings = settings_over(bucket)
    await settings._copy.make()
    await settings._copy.make()
    assert bucket.value is not None
    assert TunablesCopy.model_validate_json(bucket.value) == COPY
    assert bucket.writes == 1


async def test_a_broker_that_is_away_delays_the_copy_and_no_more() -> None:
    async def refuse() -> None:
        raise DependencyDown("NATS is away")

    bucket = Bucket(refuse)
    copying = asyncio.create_task(settings_over(bucket).copy_to_bucket())
    await bucket.written.wait()
    await asyncio.sleep(0)
    assert not copying.done()
    assert await stopped(copying)
