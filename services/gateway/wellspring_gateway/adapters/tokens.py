"""Tokens of programs and devices in Postgres."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import asyncpg

from wellspring_common.errors import Permanent
from wellspring_common.postgres import Connection, Database, touched

from ..domain.access import API_PREFIX, DEVICE_PREFIX, Device, Session, User
from ..ports.answers import Keep
from ..ports.tokens import TokenRow
from .keeping import keep_reply

LONGEST = 200
KEPT = timedelta(days=90)
"""How long a token is remembered after its end."""
NOTED_EVERY = timedelta(minutes=1)
"""A token that is used all the time is written down that often."""

_OWNER = """
select t.id, t.scopes, t.last_used_at, u.id as user_id, u.username, u.role, u.must_change
from access.api_tokens as t
join access.users as u on u.id = t.user_id
where t.token_hash = $1
    and t.revoked_at is null
    and (t.expires_at is null or t.expires_at > $2)
    and u.disabled_at is null
"""

_DEVICE = """
select d.id, d.name, d.user_id, u.username, u.role, u.must_change,
    d.last_used_at is null or d.last_used_at < now() - $2::interval as to_note
from access.devices as d
left join access.users as u on u.id = d.user_id
where d.token_hash = $1 and d.revoked_at is null and (d.user_id is null or u.disabled_at is null)
"""

_NEW_KEY = """
insert into access.api_tokens (user_id, name, token_hash, scopes, expires_at)
values ($1, $2, $3, $4, $5)
returning id, name, created_at, last_used_at, revoked_at, scopes, expires_at
"""

_ADD_DEVICE = """
insert into access.devices (user_id, name, token_hash) values ($1, $2, $3)
returning id, name, created_at, last_used_at, revoked_at
"""

_PURGE = (
    "delete from access.api_tokens where revoked_at < $1 or expires_at < $1",
    "delete from access.devices where revoked_at < $1",
)


class PostgresTokens:
    """Of a token only a hash is stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def session(self, token: str, *, now: datetime) -> Session | None:
        """Return whom an API token speaks for, and note that it was used."""
        if not token.startswith(API_PREFIX) or len(token) > LONGEST:
            return None
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_OWNER, hashed(token), now)
            if row is None:
                return None
            if row["last_used_at"] is None or now - row["last_used_at"] > NOTED_EVERY:
                sql = "update access.api_tokens set last_used_at = $2 where id = $1"
                await connection.execute(sql, row["id"], now)
        user = User(row["user_id"], row["username"], row["role"], row["must_change"])
        return Session(user, "", "token", frozenset(row["scopes"]))

    async def device(self, token: str) -> Device | None:
        """Return the device of a token, and note that it was used. Nothing for a revoked one."""
        if not token.startswith(DEVICE_PREFIX) or len(token) > LONGEST:
            return None
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_DEVICE, hashed(token), NOTED_EVERY)
            if row is None:
                return None
            if row["to_note"]:
                sql = "update access.devices set last_used_at = now() where id = $1"
                await connection.execute(sql, row["id"])
        user = None
        if row["user_id"] is not None:
            user = User(row["user_id"], row["username"], row["role"], row["must_change"])
        return Device(row["id"], row["name"], user)

    async def add_token(
        self,
        user_id: int,
        name: str,
        token: str,
        scopes: Sequence[str],
        *,
        expires_at: datetime | None,
        keep: Keep | None = None,
    ) -> TokenRow:
        """Store an API token."""
        return await self._add(keep, _NEW_KEY, user_id, name, hashed(token), list(scopes), expires_at)

    async def add_device(
        self, user_id: int | None, name: str, token: str, *, keep: Keep | None = None
    ) -> TokenRow:
        """Store a device's token."""
        return await self._add(keep, _ADD_DEVICE, user_id, name, hashed(token))

    async def _add(self, keep: Keep | None, sql: str, *values: object) -> TokenRow:
        try:
            async with self._database.transaction() as connection:
                made = _row(await connection.fetchrow(sql, *values))
                await keep_reply(connection, keep, made)
        except asyncpg.UniqueViolationError:
            # the same request with the same key makes the same token: this one came second
            raise Permanent("This token was made already.", code="idempotency_conflict") from None
        return made

    async def tokens(self, user_id: int) -> list[TokenRow]:
        """Return a user's API tokens that are not revoked, the newest first."""
        return await self._of_user(
            """
            select id, name, created_at, last_used_at, revoked_at, scopes, expires_at
            from access.api_tokens where user_id = $1 and revoked_at is null order by id desc
            """,
            user_id,
        )

    async def devices(self, user_id: int) -> list[TokenRow]:
        """Return a user's devices that are not revoked, the newest first."""
        return await self._of_user(
            """
            select id, name, created_at, last_used_at, revoked_at
            from access.devices where user_id = $1 and revoked_at is null order by id desc
            """,
            user_id,
        )

    async def revoke_token(self, user_id: int, token_id: int, *, now: datetime) -> str | None:
        """End a token of a user and return its name. Nothing, where there was none."""
        async with self._database.connection() as connection:
            return await _revoke(connection, "api_tokens", user_id, token_id, now)

    async def revoke_device(self, user_id: int, device_id: int, *, now: datetime) -> str | None:
        """End a device's token of a user and return its name. Nothing, where there was none."""
        async with self._database.connection() as connection:
            return await _revoke(connection, "devices", user_id, device_id, now)

    async def purge(self, *, now: datetime) -> int:
        """Delete what was long revoked or ran out long ago, and return how many rows."""
        async with self._database.connection() as connection:
            return sum([touched(await connection.execute(sql, now - KEPT)) for sql in _PURGE])

    async def _of_user(self, sql: str, user_id: int) -> list[TokenRow]:
        async with self._database.connection() as connection:
            return [_row(row) for row in await connection.fetch(sql, user_id)]


async def _revoke(connection: Connection, table: str, user_id: int, row_id: int, now: datetime) -> str | None:
    sql = f"""
    update access.{table} set revoked_at = $3
    where id = $2 and user_id = $1 and revoked_at is null
    returning name
    """  # noqa: S608  (one of two names of ours)
    name: str | None = await connection.fetchval(sql, user_id, row_id, now)
    return name


def _row(row: Any) -> TokenRow:
    values = dict(row)
    return TokenRow(**(values | {"scopes": tuple(values.get("scopes", ()))}))


def hashed(secret: str) -> bytes:
    """Return what is stored of a secret: one of 192 random bits or more needs no slow hash."""
    return sha256(secret.encode(errors="replace")).digest()
