"""A KV bucket: small values that every service may read."""

import nats.js.errors
from nats.js import JetStreamContext
from nats.js.kv import KeyValue

from wellspring_common.bus.port import Kept
from wellspring_common.events.specs import bucket_name

from .cancellation import within
from .errors import AWAY, translated

STEP_S = 5.0


class Bucket:
    """One bucket. It is read again when needed: watches ride on ordered consumers (nats.py#510)."""

    def __init__(self, context: JetStreamContext, prefix: str, name: str) -> None:
        self._context = context
        self._name = bucket_name(prefix, name)
        self._handle: KeyValue | None = None

    async def get(self, key: str) -> bytes | None:
        """Return the value under a key, or nothing. Raises `DependencyDown`."""
        kept = await self.kept(key)
        return None if kept is None else kept.value

    async def kept(self, key: str) -> Kept | None:
        """Return the value under a key with its revision, or nothing. Raises `DependencyDown`."""
        try:
            async with within(STEP_S):
                entry = await (await self._held()).get(key)
        except nats.js.errors.KeyNotFoundError:
            return None
        except AWAY as error:
            raise translated(error) from error
        return Kept(entry.value or b"", entry.revision or 0)

    async def put(self, key: str, value: bytes) -> None:
        """Store a value. Raises `DependencyDown`."""
        try:
            async with within(STEP_S):
                await (await self._held()).put(key, value)
        except AWAY as error:
            raise translated(error) from error

    async def swap(self, key: str, value: bytes, revision: int) -> bool:
        """Store a value unless somebody else did since `revision`, which is 0 where there was none.

        Returns whether it was stored. Raises `DependencyDown`.
        """
        try:
            async with within(STEP_S):
                held = await self._held()
                if revision:
                    await held.update(key, value, last=revision)
                else:
                    await held.create(key, value)
        except nats.js.errors.KeyWrongLastSequenceError:
            return False
        except AWAY as error:
            raise translated(error) from error
        return True

    async def _held(self) -> KeyValue:
        if self._handle is None:
            self._handle = await self._context.key_value(self._name)
        return self._handle
