"""Targets as they are stored, with their credentials sealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import asyncpg
import structlog

from wellspring_common.errors import Permanent
from wellspring_common.postgres import Connection, Database
from wellspring_common.uploading import ChangeTarget, SaveTarget, Tested

from ..domain.refusals import CredentialsRefused
from ..domain.target_secrets import BadSecrets, checked_secrets
from ..domain.target_settings import BadTargetSettings, TargetSettings
from ..ports.targets import Target
from ..targets.registry import Registry
from . import target_queries as sql
from .credentials import Seal
from .identities import claim, forget

log = structlog.get_logger(__name__)

REVISION = "secrets_revision"


class HasTarget(Protocol):
    """Whatever names a target."""

    @property
    def target_id(self) -> int:
        """The target's id."""


@dataclass(frozen=True)
class StoredTarget:
    """A target's row."""

    target_id: int
    name: str
    kind: str
    settings: Mapping[str, Any]
    state: str
    from_environment: bool


class PostgresTargets:
    """Keeps targets. Only here are credentials unsealed, and they go into a target's own hands alone."""

    def __init__(self, database: Database, registry: Registry, seal: Seal) -> None:
        self._database = database
        self._registry = registry
        self._seal = seal

    async def open(self, channel: HasTarget) -> Target:
        """Return a target, ready to be asked. Whoever opened it closes it.

        Raises `CredentialsRefused` where there are no credentials that can be read, and for settings that
        are good no more.
        """
        async with self._database.connection() as connection:
            stored = await _one(connection, sql.TARGET, channel.target_id)
            sealed = await connection.fetchval(sql.SEALED, channel.target_id)
        if sealed is None:
            raise CredentialsRefused("This target has no credentials.", code="credentials_missing")
        secrets = self._seal.open(channel.target_id, sealed)
        try:
            return self._registry.open(stored.kind, stored.settings, secrets, name=stored.name)
        except (
            BadTargetSettings,
            BadSecrets,
        ) as error:  # the target waits, no film is skipped
            raise CredentialsRefused(error.message, code=error.code) from error

    async def save(self, wish: SaveTarget) -> int:
        """Store a target as it is wished, and return its id. Raises `Permanent`."""
        settings = self._registry.read(wish.kind, without_revision(wish.settings))
        given = None
        if wish.secrets is not None:
            told = {name: value.get_secret_value() for name, value in wish.secrets.items()}
            given = checked_secrets(settings, told)
        try:
            async with self._database.transaction() as connection:
                if wish.target_id is None:
                    return await self._make(connection, wish, settings, given)
                return await self._change(connection, wish.target_id, wish, settings, given)
        except asyncpg.UniqueViolationError:
            raise Permanent(f"There is a target {wish.name!r} already.", code="name_taken") from None

    async def _make(
        self,
        connection: Connection,
        wish: SaveTarget,
        settings: TargetSettings,
        secrets: Mapping[str, str] | None,
    ) -> int:
        if secrets is None:
            raise Permanent("A new target needs its credentials.", code="bad_secrets")
        target_id = int(
            await connection.fetchval(sql.MAKE, wish.name, wish.kind, plain(settings), wish.interval_s)
        )
        await connection.execute(sql.KEEP_SEALED, target_id, self._seal.close(target_id, secrets))
        return target_id

    async def _change(
        self,
        connection: Connection,
        target_id: int,
        wish: SaveTarget,
        settings: TargetSettings,
        secrets: Mapping[str, str] | None,
    ) -> int:
        before = await _one(connection, sql.TARGET_LOCKED, target_id)
        if before.kind != wish.kind:
            raise Permanent("What kind a target is of cannot be changed: make another.", code="kind_fixed")
        if before.from_environment and secrets is not None:
            raise Permanent(
                "The credentials of this target come from the environment: change them there.",
                code="from_environment",
            )
        revision = int(before.settings.get(REVISION, 0)) + (secrets is not None)
        if secrets is None:
            await self._still_fit(connection, target_id, settings)
        else:
            await connection.execute(sql.KEEP_SEALED, target_id, self._seal.close(target_id, secrets))
        told = {**plain(settings), REVISION: revision}
        await connection.execute(sql.CHANGE, target_id, wish.name, told, wish.interval_s, secrets is not None)
        if told != {REVISION: 0, **before.settings}:
            await forget(connection, target_id)
        return target_id

    async def _still_fit(self, connection: Connection, target_id: int, settings: TargetSettings) -> None:
        """Raise `BadSecrets` where changed settings need other credentials than the stored ones."""
        sealed = await connection.fetchval(sql.SEALED, target_id)
        if sealed is None:
            raise Permanent("This target has no credentials: enter them too.", code="bad_secrets")
        checked_secrets(settings, self._seal.open(target_id, sealed))

    async def remove(self, target_id: int) -> None:
        """Remove a target with the records of what is over. What it published stays in the ledger."""
        async with self._database.transaction() as connection:
            stored = await _one(connection, sql.TARGET_LOCKED, target_id)
            if stored.from_environment:
                raise Permanent(
                    "This target comes from the environment: take its variables away first.",
                    code="from_environment",
                )
            used = await connection.fetch(sql.USED_BY, target_id)
            if used:
                titles = ", ".join(row["title"] for row in used)
                raise Permanent(f"These series are scheduled on it: {titles}.", code="target_in_use")
            await connection.execute(sql.FORGET_SCHEDULES, target_id)
            await connection.execute(sql.REMOVE, target_id)

    async def change(self, wish: ChangeTarget) -> None:
        """Pause a target, or let it go on."""
        state, reason = ("paused", None) if wish.action == "pause" else ("ready", None)
        async with self._database.transaction() as connection:
            await _one(connection, sql.TARGET_LOCKED, wish.target_id)
            await connection.execute(sql.SET_STATE, wish.target_id, state, reason)

    async def claim(self, target_id: int, identity: str) -> None:
        """Keep which channel a target has signed in to. Raises `CredentialsRefused` where it may not be."""
        async with self._database.transaction() as connection:
            await claim(connection, target_id, identity)

    async def note_test(self, target_id: int, tested: Tested, *, now: datetime) -> None:
        """Store what a test found. One that went well ends a pause for refused credentials."""
        async with self._database.transaction() as connection:
            told = tested.model_dump(mode="json")
            await connection.execute(sql.NOTE_TEST, target_id, now, told, tested.works)

    async def reseal(self) -> int:
        """Encrypt with the first key what an older one encrypted, and return how many there were."""
        changed = 0
        async with self._database.transaction() as connection:
            for row in await connection.fetch(sql.ALL_SEALED):
                target_id, sealed = row["target_id"], row["sealed"]
                if self._seal.is_current(sealed):
                    continue
                try:
                    secrets = self._seal.open(target_id, sealed)
                except CredentialsRefused as error:
                    log.error("credentials.unreadable", target_id=target_id, reason=error.message)
                    because = f"{error.code}: {error.message}"
                    await connection.execute(sql.SET_STATE, target_id, "auth_paused", because)
                    continue
                await connection.execute(sql.KEEP_SEALED, target_id, self._seal.close(target_id, secrets))
                changed += 1
        return changed


def without_revision(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as a person gives them: how often credentials were saved is counted here alone."""
    return {name: value for name, value in settings.items() if name != REVISION}


def plain(settings: TargetSettings) -> dict[str, Any]:
    """Return settings as they are stored."""
    return settings.model_dump(mode="json", exclude_none=True)


async def _one(connection: Connection, query: str, target_id: int) -> StoredTarget:
    row = await connection.fetchrow(query, target_id)
    if row is None:
        raise Permanent(f"There is no target {target_id}.", code="target_not_found")
    return StoredTarget(
        row["id"], row["name"], row["kind"], row["settings"], row["state"], row["from_environment"]
    )
