"""Users and sessions in Postgres."""

import hashlib
import secrets
from datetime import datetime, timedelta

from wellspring_common.postgres import Database, touched

from ..domain.access import FAILURE_WINDOW, Session, User
from ..domain.preferences import Wishes

_FIRST_ADMIN = """
insert into access.users (username, password_hash, role)
select $1, $2, 'admin'
where not exists (select from access.users)
on conflict do nothing
returning id, username, role
"""

_BY_NAME = """
select id, username, role, must_change, password_hash
from access.users
where lower(username) = lower($1) and disabled_at is null
"""

_OPEN = """
insert into access.sessions (token_hash, user_id, csrf_token, expires_at) values ($1, $2, $3, $4)
"""

_SESSION = """
select u.id, u.username, u.role, u.must_change, s.csrf_token, p.language, p.theme, p.autoplay
from access.sessions as s
join access.users as u on u.id = s.user_id
left join access.preferences as p on p.user_id = u.id
where s.token_hash = $1 and s.expires_at > $2 and u.disabled_at is null
"""

_FAILURES = """
select
    count(*) filter (where username = lower($1)) as by_user,
    count(*) filter (where client = $2) as by_client
from access.sign_in_failures
where created_at > $3 and (username = lower($1) or client = $2)
"""


class PostgresAccess:
    """The `access` schema. Of a session's secret only a hash is stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def any_user(self) -> bool:
        """Return whether there is a user at all."""
        async with self._database.connection() as connection:
            return bool(await connection.fetchval("select exists (select from access.users)"))

    async def add_first_admin(self, username: str, password_hash: str) -> User | None:
        """Make the first user, an admin. Nothing, when somebody was faster."""
        async with self._database.transaction() as connection:
            # Two first users at once would both see an empty table.
            await connection.execute("select pg_advisory_xact_lock(hashtext('wellspring first admin'))")
            row = await connection.fetchrow(_FIRST_ADMIN, username.strip(), password_hash)
        return User(**row) if row is not None else None

    async def user_by_name(self, username: str) -> tuple[User, str | None] | None:
        """Return a user and the hash of their password, if they have one."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_BY_NAME, username)
        if row is None:
            return None
        user = User(row["id"], row["username"], row["role"], row["must_change"])
        return user, row["password_hash"]

    async def rehash(self, user: User, password_hash: str) -> None:
        """Replace the hash of a password by a stronger one."""
        sql = "update access.users set password_hash = $2, updated_at = now() where id = $1"
        async with self._database.connection() as connection:
            await connection.execute(sql, user.id, password_hash)

    async def open_session(self, user: User, *, now: datetime, life: timedelta) -> tuple[str, Session]:
        """Open a session and return its secret with it."""
        secret, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        async with self._database.connection() as connection:
            await connection.execute(_OPEN, _hashed(secret), user.id, csrf, now + life)
        return secret, Session(user, csrf)

    async def session(self, secret: str, *, now: datetime) -> Session | None:
        """Return the session behind a cookie's secret."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_SESSION, _hashed(secret), now)
        if row is None:
            return None
        user = User(row["id"], row["username"], row["role"], row["must_change"])
        wishes = Wishes(row["language"], row["theme"], row["autoplay"])
        return Session(user, row["csrf_token"], wishes=wishes)

    async def close_session(self, secret: str) -> None:
        """End a session."""
        async with self._database.connection() as connection:
            await connection.execute("delete from access.sessions where token_hash = $1", _hashed(secret))

    async def failures(self, username: str, client: str, *, since: datetime) -> tuple[int, int]:
        """Return how often signing in failed, by user and by client."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_FAILURES, username, client, since)
        assert row is not None  # noqa: S101  (an aggregate always has a row)
        return row["by_user"], row["by_client"]

    async def record_failure(self, username: str, client: str) -> None:
        """Remember a failed sign-in."""
        sql = "insert into access.sign_in_failures (username, client) values (lower($1), $2)"
        async with self._database.connection() as connection:
            await connection.execute(sql, username, client)

    async def purge(self, *, now: datetime) -> int:
        """Delete sessions, invitations and failures past their time and return how many rows."""
        rules = (
            ("delete from access.sessions where expires_at < $1", now),
            ("delete from access.invites where expires_at < $1", now),
            ("delete from access.sign_in_failures where created_at < $1", now - FAILURE_WINDOW),
        )
        async with self._database.connection() as connection:
            done = [await connection.execute(sql, moment) for sql, moment in rules]
        return sum(touched(answer) for answer in done)


def _hashed(secret: str) -> bytes:
    # A random secret of 256 bits needs no slow hash.
    return hashlib.sha256(secret.encode()).digest()
