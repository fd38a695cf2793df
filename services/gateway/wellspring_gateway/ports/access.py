"""Who may come in: users, their sessions and their passwords."""

from datetime import datetime, timedelta
from typing import Protocol

from ..domain.access import Session, User


class Access(Protocol):
    """Users and their sessions."""

    async def any_user(self) -> bool:
        """Return whether there is a user at all."""
        ...

    async def add_first_admin(self, username: str, password_hash: str) -> User | None:
        """Make the first user, an admin. Nothing, when somebody was faster."""
        ...

    async def user_by_name(self, username: str) -> tuple[User, str | None] | None:
        """Return a user and the hash of their password, if they have one."""
        ...

    async def rehash(self, user: User, password_hash: str) -> None:
        """Replace the hash of a password by a stronger one."""
        ...

    async def open_session(self, user: User, *, now: datetime, life: timedelta) -> tuple[str, Session]:
        """Open a session and return its secret with it."""
        ...

    async def session(self, secret: str, *, now: datetime) -> Session | None:
        """Return the session behind a cookie's secret."""
        ...

    async def close_session(self, secret: str) -> None:
        """End a session."""
        ...

    async def failures(self, username: str, client: str, *, since: datetime) -> tuple[int, int]:
        """Return how often signing in failed, by user and by client."""
        ...

    async def record_failure(self, username: str, client: str) -> None:
        """Remember a failed sign-in."""
        ...

    async def purge(self, *, now: datetime) -> int:
        """Delete what is past its time and return how many rows."""
        ...


class Passwords(Protocol):
    """Hashing of passwords, off the event loop."""

    async def hash(self, password: str) -> str:
        """Return the hash of a password."""
        ...

    async def verify(self, stored: str | None, password: str) -> tuple[bool, str | None]:
        """Return whether a password is right, and a new hash where the stored one is outdated.

        Takes as long for a user who does not exist.
        """
        ...
