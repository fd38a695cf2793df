"""The disk under NATS and under Postgres is full for a while: what was acknowledged is there afterwards."""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Generator
from contextlib import suppress
from pathlib import Path

import asyncpg
import nats
import nats.errors
import nats.js.errors
import pytest

from tests.chaos.claim import Claim
from tests.chaos.test_power_cuts import PREFIX, machine, stored_numbers
from tests.support.gateway import eventually
from tests.support.loop_disk import LoopDisk, loop_disk
from wellspring_cli.servers import embedded_nats, embedded_postgres
from wellspring_common.bus.nats import topology

pytestmark = [pytest.mark.chaos, pytest.mark.long]

WHY_NOT = "no loop devices here: a full disk needs root and a mounted image"
LEAST = 50
REFUSALS = 5
LEFT_B = 256 * 1024
"""What is left free at first, so that the disk becomes full while somebody writes."""
A_BLOCK, A_MESSAGE, A_ROW = 4096, 4000, 6000
PATIENCE_S = 90.0
REFUSED = (nats.errors.Error, nats.js.errors.Error, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)

_MAKE = """
create table promises (number bigint, body bytea);
alter table promises alter body set storage plain;
"""
_STORE = "insert into promises values ($1, $2)"

Tell = Callable[[object], None]
Store = Callable[[int], Awaitable[None]]


@pytest.fixture
def disk() -> Generator[LoopDisk]:
    """Lend a disk that is easily full."""
    folder = Path(tempfile.mkdtemp(prefix="wellspring-disk-"))
    folder.chmod(0o711)
    with loop_disk(folder, megabytes=900) as found:
        if found is None:
            pytest.skip(WHY_NOT)
        yield found
    shutil.rmtree(folder, ignore_errors=True)


def fill(disk: LoopDisk) -> Path:
    """Take nearly all room, and return the file that has it."""
    filler, size, step = disk.mount / "filler", 0, 64 * 1024 * 1024
    with filler.open("wb") as file:
        while step >= A_BLOCK:
            try:
                os.posix_fallocate(file.fileno(), size, step)
                size += step
            except OSError:
                step //= 2
        os.ftruncate(file.fileno(), size - LEFT_B)
    return filler


async def stored_until_full(store: Store, disk: LoopDisk) -> set[int]:
    """Store numbers until the disk is full, make room again, and return what was acknowledged."""
    acknowledged: set[int] = set()
    numbers, refused, filler = itertools.count(1), 0, None
    async with asyncio.timeout(PATIENCE_S):
        while refused < REFUSALS:
            number = next(numbers)
            try:
                await store(number)
            except REFUSED:
                assert filler is not None, "there was room"
                refused += 1
                await asyncio.sleep(0.2)
            else:
                acknowledged.add(number)
            if filler is None and len(acknowledged) == LEAST:
                filler = await asyncio.to_thread(fill, disk)
    assert filler is not None
    filler.unlink()
    return acknowledged


async def stores_again(store: Store, number: int, *, patience_s: float = PATIENCE_S) -> int:
    """Store one more number as soon as that can be done, and return it."""

    async def tried() -> bool:
        with suppress(*REFUSED):
            await store(number)
            return True
        return False

    await eventually(tried, bool, patience_s=patience_s)
    return number


def claim(committed: set[int], kept: set[int]) -> Claim:
    return Claim(len(committed), len(committed & kept), len(committed - kept), 0, 0, 0)


async def test_what_the_broker_took_is_there_after_its_disk_was_full(disk: LoopDisk, tell: Tell) -> None:
    async with machine(disk) as here:
        server = embedded_nats(here.ground)
        assert server is not None
        here.supervisor.start(server.program)
        await here.ready("nats")
        await topology.ensure(server.url(), prefix=PREFIX)
        client = await nats.connect(server.url(), max_reconnect_attempts=-1)
        streams = client.jetstream(timeout=2)

        async def store(number: int) -> None:
            await streams.publish(f"{PREFIX}.links.updated", str(number).encode().ljust(A_MESSAGE))

        acknowledged = await stored_until_full(store, disk)
        # a broker that met a full disk may have put its storage out of use: it takes a restart then
        here.supervisor.processes["nats"].kill()
        await here.supervisor.processes["nats"].gone()
        await here.ready("nats")
        acknowledged.add(await stores_again(store, 10**6))
        await client.close()
        result = claim(acknowledged, await stored_numbers(server.url()))
        assert await topology.ensure(server.url(), prefix=PREFIX) == [], "streams and consumers are there"
    tell(result)
    assert (result.lost, result.committed > LEAST + 1) == (0, True)


async def test_what_postgres_committed_is_there_after_its_disk_was_full(disk: LoopDisk, tell: Tell) -> None:
    async with machine(disk) as here:
        server = embedded_postgres(here.ground)
        assert server is not None
        await server.prepare()
        here.supervisor.start(server.program)
        await here.ready("postgres")
        url = server.url("postgres")

        async def store(number: int) -> None:
            connection = await asyncpg.connect(url, timeout=5, command_timeout=5)
            try:
                await connection.execute(_STORE, number, os.urandom(A_ROW))
            finally:
                connection.terminate()

        connection = await asyncpg.connect(url)
        await connection.execute(_MAKE)
        await connection.close()
        acknowledged = await stored_until_full(store, disk)
        acknowledged.add(await stores_again(store, 10**6))
        connection = await asyncpg.connect(url)
        kept = {int(row["number"]) for row in await connection.fetch("select number from promises")}
        await connection.close()
    result = claim(acknowledged, kept)
    tell(result)
    assert (result.lost, result.committed > LEAST + 1) == (0, True)
