"""Run-time settings and kept replies in Postgres, with the settings' copy in the bucket."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError

from wellspring_common.errors import Permanent
from wellspring_common.events.config import SettingsChanged
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection, Database, touched
from wellspring_common.tunables import TUNABLES_KEY, Tunables, TunablesCopy

from ..domain.text import is_storable
from . import queries
from .copying import Bucket, BucketCopy

log = structlog.get_logger(__name__)


class PostgresSettings:
    """The truth about run-time settings."""

    def __init__(self, database: Database, outbox: Outbox, bucket: Bucket) -> None:
        self._database = database
        self._outbox = outbox
        self._copy = BucketCopy(bucket, TUNABLES_KEY, self._encoded)

    async def load(self) -> TunablesCopy:
        """Return the stored settings with their revision. What is not stored has its default."""
        async with self._database.connection() as connection:
            return await _stored(connection)

    async def change(self, values: Mapping[str, Any], *, by: int, now: datetime) -> TunablesCopy:
        """Store changed settings and announce them.

        Raises `pydantic.ValidationError` for values out of range, `Permanent` for text that can't be kept.
        """
        async with self._database.transaction() as connection:
            revision = await connection.fetchval(queries.NEXT_REVISION)
            held = await _stored(connection)
            changed = Tunables.model_validate({**held.values.model_dump(), **values})
            for key in values:
                stored = changed.model_dump(mode="json")[key]
                texts = stored if isinstance(stored, list) else [stored]
                if not all(is_storable(str(text)) for text in texts):
                    raise Permanent(f"{key} holds a character that can't be kept.", code="invalid")
                await connection.execute(queries.SAVE_SETTING, key, stored, by)
            event = SettingsChanged(keys=tuple(sorted(values)), revision=revision)
            await self._outbox.add(connection, event, now=now)
        self._copy.changed()
        return TunablesCopy(revision=revision, values=changed)

    async def copy_to_bucket(self) -> None:
        """Keep the bucket's copy true until cancelled."""
        await self._copy.run()

    async def _encoded(self) -> bytes:
        return (await self.load()).model_dump_json().encode()


async def _stored(connection: Connection) -> TunablesCopy:
    values: dict[str, Any] = {}
    for row in await connection.fetch(queries.SETTINGS):
        try:
            Tunables.model_validate({row["key"]: row["value"]})
        except ValidationError:
            # limits may be tighter since an upgrade: the default holds until somebody chooses anew
            log.warning("setting.refused", key=row["key"])
        else:
            values[row["key"]] = row["value"]
    revision = await connection.fetchval(queries.REVISION)
    return TunablesCopy(revision=revision, values=Tunables.model_validate(values))


class PostgresReplies:
    """Answers kept by idempotency key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def kept(self, key: str, request_hash: bytes) -> tuple[int, dict[str, Any]] | None:
        """Return the answer given before. Raises `Permanent` when the key was used for another request."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(queries.KEPT_REPLY, key)
        if row is None:
            return None
        if row["request_hash"] != request_hash:
            raise Permanent("That Idempotency-Key was used for another request.", code="idempotency_conflict")
        return row["status"], row["response"]

    async def keep(self, key: str, request_hash: bytes, status: int, body: Mapping[str, Any]) -> None:
        """Keep an answer, unless one is kept under this key already."""
        async with self._database.connection() as connection:
            await connection.execute(queries.KEEP_REPLY, key, request_hash, status, dict(body))

    async def purge(self) -> int:
        """Delete answers past their time and return how many."""
        async with self._database.connection() as connection:
            return touched(await connection.execute(queries.PURGE_REPLIES))
