"""The settings bucket, without the broker's client in the way of a stop."""

import asyncio
from typing import Protocol


class Bucket(Protocol):
    """Where the copy of the settings lies."""

    async def get(self, key: str) -> bytes | None:
        """Return the value under a key."""
        ...

    async def put(self, key: str, value: bytes) -> None:
        """Store a value."""
        ...


class HeedfulBucket:
    """A bucket whose caller stops when it is told to.

    Before Python 3.12 `asyncio.wait_for`, and so nats-py, loses a cancellation that comes together with its
    answer: a loop around such a call would never end.
    """

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def get(self, key: str) -> bytes | None:
        """Return the value under a key."""
        value = await self._bucket.get(key)
        _stop_if_told()
        return value

    async def put(self, key: str, value: bytes) -> None:
        """Store a value."""
        await self._bucket.put(key, value)
        _stop_if_told()


def _stop_if_told() -> None:
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
