"""A lease in a KV bucket: one holder at a time, and none for long after it is gone."""

from nats.js import JetStreamContext
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError

from wellspring_common.events.specs import bucket_name
from wellspring_common.events.topology import LEASE_S, LEASES_BUCKET

from .cancellation import within
from .errors import AWAY, translated

STEP_S = 5.0


class NatsLease:
    """One lease by its name. The bucket forgets a holder that has not renewed for `LEASE_S`.

    `holder` names who asks. Whoever starts again under the same name takes its own lease back at once.
    """

    def __init__(self, context: JetStreamContext, prefix: str, name: str, holder: str) -> None:
        self._context = context
        self._bucket = bucket_name(prefix, LEASES_BUCKET)
        self._name = name
        self._holder = holder.encode()
        self._revision: int | None = None

    @property
    def lasts_s(self) -> float:
        """How long the lease is held without being renewed."""
        return LEASE_S

    async def take(self) -> bool:
        """Take or renew the lease, and return whether it is ours. Raises `DependencyDown`."""
        try:
            async with within(STEP_S):
                return await self._take()
        except AWAY as error:
            raise translated(error) from error

    async def give_back(self) -> None:
        """Let the next one take it at once. Raises `DependencyDown`."""
        revision, self._revision = self._revision, None
        if revision is None:
            return
        try:
            async with within(STEP_S):
                held = await self._context.key_value(self._bucket)
                await held.delete(self._name, last=revision)
        except AWAY as error:
            raise translated(error) from error

    async def _take(self) -> bool:
        held = await self._context.key_value(self._bucket)
        try:
            if self._revision is not None:
                self._revision = await held.update(self._name, self._holder, last=self._revision)
            else:
                self._revision = await held.create(self._name, self._holder)
        except KeyWrongLastSequenceError:
            self._revision = None
        else:
            return True
        try:
            entry = await held.get(self._name)
            if entry.value == self._holder:
                self._revision = await held.update(self._name, self._holder, last=entry.revision)
        except (KeyNotFoundError, KeyWrongLastSequenceError):
            return False  # it changed hands just now: the next try knows more
        return self._revision is not None
