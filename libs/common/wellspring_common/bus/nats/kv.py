"""A KV bucket: small values that every service may read."""

import nats.js.errors
from nats.js import JetStreamContext
from nats.js.kv import KeyValue

from wellspring_common.events.topology import bucket_name

from .cancellation import heeding
from .errors import AWAY, translated


class Bucket:
    """One bucket. It is read again when needed: watches ride on ordered consumers (nats.py#510)."""

    def __init__(self, context: JetStreamContext, prefix: str, name: str) -> None:
        self._context = context
        self._name = bucket_name(prefix, name)

    async def get(self, key: str) -> bytes | None:
        """Return the value under a key, or nothing. Raises `DependencyDown`."""
        try:
            with heeding():
                entry = await (await self._held()).get(key)
        except nats.js.errors.KeyNotFoundError:
            return None
        except AWAY as error:
            raise translated(error) from error
        return entry.value

    async def put(self, key: str, value: bytes) -> None:
        """Store a value. Raises `DependencyDown`."""
        try:
            with heeding():
                await (await self._held()).put(key, value)
        except AWAY as error:
            raise translated(error) from error

    async def _held(self) -> KeyValue:
        return await self._context.key_value(self._name)
