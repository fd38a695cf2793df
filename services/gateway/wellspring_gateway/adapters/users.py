"""Users in Postgres: who there is, their passwords and roles, and who they are elsewhere."""

from datetime import datetime
from typing import Any

from wellspring_common.postgres import Connection, Database, touched

from ..domain.access import User
from ..ports.answers import Keep
from ..ports.users import LAST_ADMIN, Invite, UserRow
from .keeping import keep_reply
from .tokens import hashed

_COLUMNS = """
id, username, role, must_change, disabled_at, last_sign_in_at, created_at,
password_hash is not null as has_password
"""
# Two admins who disable each other at once would both see the other one.
_LOCK = "select pg_advisory_xact_lock(hashtext('wellspring admins'))"
_OTHER_ADMINS = """
select exists (select from access.users where role = 'admin' and disabled_at is null and id <> $1)
"""


class PostgresUsers:
    """The table of users. Changing what somebody may do ends their sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, *, after: int, limit: int) -> list[UserRow]:
        """Return users in the order in which they came, from beyond an id."""
        sql = f"select {_COLUMNS} from access.users where id > $1 order by id limit $2"  # noqa: S608  (constants)
        async with self._database.connection() as connection:
            return [UserRow(**row) for row in await connection.fetch(sql, after, limit)]

    async def one(self, user_id: int) -> UserRow | None:
        """Return a user."""
        async with self._database.connection() as connection:
            return await _one(connection, user_id)

    async def add(
        self,
        username: str,
        role: str,
        *,
        password_hash: str | None,
        must_change: bool,
        invite: Invite | None = None,
        keep: Keep | None = None,
    ) -> UserRow | None:
        """Make a user. Nothing, where the name is taken."""
        sql = """
        insert into access.users (username, role, password_hash, must_change) values ($1, $2, $3, $4)
        on conflict do nothing returning id
        """
        async with self._database.transaction() as connection:
            made = await connection.fetchval(sql, username.strip(), role, password_hash, must_change)
            if made is None:
                return None
            if invite is not None:
                await _invite(connection, made, invite)
            user = await _one(connection, made)
            await keep_reply(connection, keep, user)
        return user

    async def change(
        self, user_id: int, *, now: datetime, role: str | None = None, disabled: bool | None = None
    ) -> UserRow | str | None:
        """Change what a user may do and return them: `LAST_ADMIN`, where nobody could undo it."""
        async with self._database.transaction() as connection:
            await connection.execute(_LOCK)
            held = await _one(connection, user_id)
            if held is None:
                return None
            wanted = role or held.role
            closed = held.disabled_at if disabled is None else (now if disabled else None)
            loses = held.role == "admin" and (wanted != "admin" or closed is not None)
            if loses and held.disabled_at is None and not await connection.fetchval(_OTHER_ADMINS, user_id):
                return LAST_ADMIN
            sql = "update access.users set role = $2, disabled_at = $3, updated_at = $4 where id = $1"
            await connection.execute(sql, user_id, wanted, closed, now)
            if closed is not None:
                await _sign_out(connection, user_id)
            return await _one(connection, user_id)

    async def set_password(self, user_id: int, password_hash: str, *, must_change: bool) -> bool:
        """Give a user another password, which ends their sessions and links. Return whether there is one."""
        async with self._database.transaction() as connection:
            return await _set_password(connection, user_id, password_hash, must_change=must_change)

    async def invite(self, user_id: int, invite: Invite) -> None:
        """Let a link set this user's password once. Older links end."""
        async with self._database.transaction() as connection:
            await _invite(connection, user_id, invite)

    async def invited(self, secret: str, *, now: datetime) -> User | None:
        """Return whom a link is for. Nothing for one that was used or is past its time."""
        async with self._database.connection() as connection:
            return await _invited(connection, secret, now)

    async def redeem(self, secret: str, password_hash: str, *, now: datetime) -> User | None:
        """Set the password that a link allows to set, once, and return whose it is."""
        async with self._database.transaction() as connection:
            user = await _invited(connection, secret, now)
            if user is None:
                return None
            await _set_password(connection, user.id, password_hash, must_change=False)
        return user

    async def sign_out(self, user_id: int) -> int:
        """End every session of a user and return how many."""
        async with self._database.connection() as connection:
            return await _sign_out(connection, user_id)

    async def signed_in(self, user_id: int, *, now: datetime) -> None:
        """Note when a user came in."""
        sql = "update access.users set last_sign_in_at = $2 where id = $1"
        async with self._database.connection() as connection:
            await connection.execute(sql, user_id, now)

    async def of_proxy(self, username: str, role: str | None, *, now: datetime) -> User | None:
        """Return the user of a name that a trusted proxy vouches for, making them where they are new.

        A `role` counts more than the one that is kept here. Nothing for a disabled user.
        """
        sql = "select id, username, role, disabled_at from access.users where lower(username) = lower($1)"
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql, username)
            if row is None:
                await connection.execute(_ADD_FOREIGN, username, role or "viewer")
                row = await connection.fetchrow(sql, username)
        return await self._foreign(row, role, now)

    async def of_identity(
        self, issuer: str, subject: str, username: str, role: str | None, *, link: bool, now: datetime
    ) -> User | None:
        """Return who somebody is that a provider knows by a subject, making them where they are new.

        With `link` a user of that name becomes theirs, else a name that is taken stays with its owner and
        nothing is returned. Nothing for a disabled user.
        """
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(_IDENTIFIED, issuer, subject)
            if row is None:
                made = await connection.fetchval(_ADD_FOREIGN, username, role or "viewer")
                if made is None and not link:
                    return None
                await connection.execute(_IDENTIFY, issuer, subject, username)
                row = await connection.fetchrow(_IDENTIFIED, issuer, subject)
        return await self._foreign(row, role, now)

    async def _foreign(self, row: Any, role: str | None, now: datetime) -> User | None:
        if row is None or row["disabled_at"] is not None:
            return None
        kept = row["role"]
        if role is not None and role != kept:
            changed = await self.change(row["id"], now=now, role=role)
            kept = changed.role if isinstance(changed, UserRow) else kept
        return User(row["id"], row["username"], kept)


_ADD_FOREIGN = "insert into access.users (username, role) values ($1, $2) on conflict do nothing returning id"

_IDENTIFIED = """
with seen as (
    update access.identities set last_used_at = now() where issuer = $1 and subject = $2 returning user_id
)
select u.id, u.username, u.role, u.disabled_at from access.users as u join seen on seen.user_id = u.id
"""

_IDENTIFY = """
insert into access.identities (issuer, subject, user_id)
select $1, $2, id from access.users where lower(username) = lower($3)
"""

_INVITED = """
select u.id, u.username, u.role, u.must_change
from access.invites as i
join access.users as u on u.id = i.user_id
where i.token_hash = $1 and i.expires_at > $2 and u.disabled_at is null
for update of i
"""


async def _one(connection: Connection, user_id: int) -> UserRow | None:
    row = await connection.fetchrow(f"select {_COLUMNS} from access.users where id = $1", user_id)  # noqa: S608  (constants)
    return UserRow(**row) if row is not None else None


async def _invite(connection: Connection, user_id: int, invite: Invite) -> None:
    await connection.execute("delete from access.invites where user_id = $1", user_id)
    sql = "insert into access.invites (token_hash, user_id, expires_at) values ($1, $2, $3)"
    await connection.execute(sql, hashed(invite.secret), user_id, invite.expires_at)


async def _invited(connection: Connection, secret: str, now: datetime) -> User | None:
    row = await connection.fetchrow(_INVITED, hashed(secret), now)
    return User(**row) if row is not None else None


async def _set_password(
    connection: Connection, user_id: int, password_hash: str, *, must_change: bool
) -> bool:
    sql = """
    update access.users set password_hash = $2, must_change = $3, updated_at = now() where id = $1
    """
    done = touched(await connection.execute(sql, user_id, password_hash, must_change))
    await connection.execute("delete from access.invites where user_id = $1", user_id)
    await _sign_out(connection, user_id)
    return done > 0


async def _sign_out(connection: Connection, user_id: int) -> int:
    return touched(await connection.execute("delete from access.sessions where user_id = $1", user_id))
