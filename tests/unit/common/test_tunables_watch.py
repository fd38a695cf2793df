"""How a service follows settings that change while it runs."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wellspring_common import copy_watch
from wellspring_common.errors import DependencyDown
from wellspring_common.events.config import SettingsChanged
from wellspring_common.events.envelope import Envelope
from wellspring_common.ids import uuid7
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.tunables import TUNABLES_KEY, Tunables, TunablesCopy
from wellspring_common.tunables_watch import TunablesWatch

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


class FakeBucket:
    """A bucket that may be empty, late or away. `reads` counts how often it was asked."""

    def __init__(self) -> None:
        self.value: bytes | None = None
        self.away = False
        self.reads = 0
        self.on_read: Callable[[], None] = lambda: None

    def put(self, revision: int, **values: object) -> None:
        copy = TunablesCopy(revision=revision, values=Tunables.model_validate(values))
        self.value = copy.model_dump_json().encode()

    async def get(self, key: str) -> bytes | None:
        assert key == TUNABLES_KEY
        self.reads += 1
        self.on_read()
        if self.away:
            raise DependencyDown("NATS is away")
        return self.value


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
def bucket() -> FakeBucket:
    return FakeBucket()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copy_watch, "CATCH_UP_S", 0.001)


async def announce(bus: MemoryBus, revision: int) -> None:
    event = SettingsChanged(keys=("link_ttl_hours",), revision=revision)
    identity = uuid7()
    await bus.publish(
        event,
        Envelope(
            event_id=identity, emitted_at=NOW, correlation_id=identity, schema_name="settings.changed/1"
        ),
    )


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(3):
        while not holds():
            await asyncio.sleep(0.001)


@asynccontextmanager
async def following(watch: TunablesWatch, bucket: FakeBucket) -> AsyncGenerator[None]:
    before = bucket.reads
    task = asyncio.create_task(watch.run())
    await until(lambda: bucket.reads > before)
    await asyncio.sleep(0)
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_without_a_copy_the_defaults_hold(bus: MemoryBus, bucket: FakeBucket) -> None:
    watch = TunablesWatch(bus, bucket, keep_in=None)
    assert (watch.current, watch.revision) == (Tunables(), 0)


async def test_the_bucket_is_read_at_the_start(bus: MemoryBus, bucket: FakeBucket) -> None:
    bucket.put(3, link_ttl_hours=2)
    watch = TunablesWatch(bus, bucket, keep_in=None)
    async with following(watch, bucket):
        await until(lambda: watch.revision == 3)
    assert watch.current.link_ttl_hours == 2


async def test_a_change_is_followed(bus: MemoryBus, bucket: FakeBucket) -> None:
    bucket.put(1, link_ttl_hours=2)
    watch = TunablesWatch(bus, bucket, keep_in=None)
    async with following(watch, bucket):
        bucket.put(2, link_ttl_hours=4)
        await announce(bus, 2)
        await until(lambda: watch.revision == 2)
    assert watch.current.link_ttl_hours == 4


async def test_an_event_that_is_ahead_of_the_bucket_waits_for_it(bus: MemoryBus, bucket: FakeBucket) -> None:
    bucket.put(1, link_ttl_hours=2)
    watch = TunablesWatch(bus, bucket, keep_in=None)
    async with following(watch, bucket):
        reads = bucket.reads
        bucket.on_read = lambda: bucket.put(2, link_ttl_hours=4) if bucket.reads > reads + 3 else None
        await announce(bus, 2)
        await until(lambda: watch.revision == 2)
        assert bucket.reads > reads + 3
    assert watch.current.link_ttl_hours == 4


async def test_an_event_of_a_newer_sender_is_waited_for_all_the_same(
    bus: MemoryBus, bucket: FakeBucket
) -> None:
    watch = TunablesWatch(bus, bucket, keep_in=None)
    async with following(watch, bucket):
        reads = bucket.reads
        bucket.on_read = lambda: bucket.put(2, link_ttl_hours=4) if bucket.reads > reads + 3 else None
        await bus.publish_raw("settings.changed", b'{"keys":["x"],"revision":2,"by":"somebody"}', {})
        await until(lambda: watch.revision == 2)


async def test_a_bucket_that_never_catches_up_does_not_stop_the_watch(
    bus: MemoryBus, bucket: FakeBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_watch, "CATCH_UP_TRIES", 3)
    bucket.put(1, link_ttl_hours=2)
    watch = TunablesWatch(bus, bucket, keep_in=None)
    async with following(watch, bucket):
        await announce(bus, 99)
        await until(lambda: bucket.reads >= 4)
        bucket.put(2, link_ttl_hours=4)
        await announce(bus, 2)
        await until(lambda: watch.revision == 2)


async def test_a_bucket_that_is_away_leaves_what_is_held(bus: MemoryBus, bucket: FakeBucket) -> None:
    bucket.put(1, link_ttl_hours=2)
    watch = TunablesWatch(bus, bucket, keep_in=None)
    async with following(watch, bucket):
        bucket.away = True
        await announce(bus, 1)
        reads = bucket.reads
        await until(lambda: bucket.reads > reads)
        assert watch.current.link_ttl_hours == 2
        bucket.away = False
        bucket.put(2, link_ttl_hours=4)
        await announce(bus, 2)
        await until(lambda: watch.revision == 2)


async def test_what_is_read_after_a_reconnect_makes_up_for_what_was_missed(
    bus: MemoryBus, bucket: FakeBucket
) -> None:
    bucket.put(1, link_ttl_hours=2)
    watch = TunablesWatch(bus, bucket, keep_in=None)
    async with following(watch, bucket):
        bus.stop()
        bucket.put(2, link_ttl_hours=4)
        bus.start()
        await until(lambda: watch.revision == 2)


async def test_a_poll_finds_what_no_event_told(
    bus: MemoryBus, bucket: FakeBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_watch, "POLL_S", 0.01)
    watch = TunablesWatch(bus, bucket, keep_in=None)
    async with following(watch, bucket):
        bucket.put(2, link_ttl_hours=4)
        await until(lambda: watch.revision == 2)


async def test_an_event_that_cannot_be_read_still_makes_us_look(bus: MemoryBus, bucket: FakeBucket) -> None:
    watch = TunablesWatch(bus, bucket, keep_in=None)
    async with following(watch, bucket):
        bucket.put(2, link_ttl_hours=4)
        await bus.publish_raw("settings.changed", b"no json", {})
        await until(lambda: watch.revision == 2)


async def test_values_out_of_their_limits_are_refused(bus: MemoryBus, bucket: FakeBucket) -> None:
    bucket.put(1, link_ttl_hours=2)
    watch = TunablesWatch(bus, bucket, keep_in=None)
    async with following(watch, bucket):
        bucket.value = b'{"revision": 2, "values": {"link_ttl_hours": 100000}}'
        await announce(bus, 0)
        reads = bucket.reads
        await until(lambda: bucket.reads > reads)
    assert (watch.revision, watch.current.link_ttl_hours) == (1, 2)


async def test_the_last_good_copy_is_kept_on_disk(bus: MemoryBus, bucket: FakeBucket, tmp_path: Path) -> None:
    bucket.put(5, link_ttl_hours=2)
    first = TunablesWatch(bus, bucket, keep_in=tmp_path / "health")
    async with following(first, bucket):
        await until(lambda: first.revision == 5)
    bucket.away = True
    second = TunablesWatch(bus, bucket, keep_in=tmp_path / "health")
    assert (second.revision, second.current.link_ttl_hours) == (5, 2)


@pytest.mark.parametrize("kept", ["", "{}", "no json", '{"revision": 1, "values": {"link_ttl_hours": -1}}'])
async def test_a_broken_copy_on_disk_is_no_copy(
    bus: MemoryBus, bucket: FakeBucket, tmp_path: Path, kept: str
) -> None:
    (tmp_path / "tunables.json").write_text(kept, encoding="utf-8")
    assert TunablesWatch(bus, bucket, keep_in=tmp_path).current == Tunables()


async def test_a_disk_that_takes_no_copy_does_not_matter(
    bus: MemoryBus, bucket: FakeBucket, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    bucket.put(5, link_ttl_hours=2)
    watch = TunablesWatch(bus, bucket, keep_in=tmp_path / "file" / "below")
    async with following(watch, bucket):
        await until(lambda: watch.revision == 5)
