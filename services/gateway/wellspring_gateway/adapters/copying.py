"""The copy of something in Postgres that a bucket carries to the services."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from wellspring_common.errors import WellspringError

COPY_EVERY_S = 10.0

log = structlog.get_logger(__name__)


class Bucket(Protocol):
    """Where a copy lies."""

    async def get(self, key: str) -> bytes | None:
        """Return the value under a key."""
        ...

    async def put(self, key: str, value: bytes) -> None:
        """Store a value."""
        ...


class BucketCopy:
    """Keeps one value of a bucket as it is in Postgres."""

    def __init__(self, bucket: Bucket, key: str, load: Callable[[], Awaitable[bytes]]) -> None:
        self._bucket = bucket
        self._key = key
        self._load = load
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Let it be copied at once."""
        self._changed.set()

    async def run(self) -> None:
        """Keep the copy true until cancelled: after each change, and every few seconds."""
        while True:
            self._changed.clear()
            try:
                await self.make()
            except WellspringError as error:
                log.warning("copy.delayed", key=self._key, reason=error.message)
            try:
                async with asyncio.timeout(COPY_EVERY_S):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def make(self) -> None:
        """Store the copy where it differs."""
        copy = await self._load()
        if await self._bucket.get(self._key) != copy:
            await self._bucket.put(self._key, copy)
            log.info("copy.made", key=self._key)
