"""Who there is, as it is stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..domain.access import User
from .answers import Keep

LAST_ADMIN = "last_admin"
"""Said instead of taking the only admin's rights away."""


@dataclass(frozen=True)
class UserRow:
    """A user as admins see them."""

    id: int
    username: str
    role: str
    must_change: bool
    disabled_at: datetime | None
    last_sign_in_at: datetime | None
    created_at: datetime
    has_password: bool
    """Whether they may sign in here: others come by a provider or a proxy only."""


@dataclass(frozen=True)
class Invite:
    """A link that sets a user's password once, by its secret."""

    secret: str
    expires_at: datetime


class Users(Protocol):
    """Who there is. Changing what somebody may do ends their sessions."""

    async def find(self, *, after: int, limit: int) -> list[UserRow]:
        """Return users in the order in which they came, from beyond an id."""
        ...

    async def one(self, user_id: int) -> UserRow | None:
        """Return a user."""
        ...

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
        ...

    async def change(
        self, user_id: int, *, now: datetime, role: str | None = None, disabled: bool | None = None
    ) -> UserRow | str | None:
        """Change what a user may do and return them: `LAST_ADMIN`, where nobody could undo it."""
        ...

    async def set_password(self, user_id: int, password_hash: str, *, must_change: bool) -> bool:
        """Give a user another password, which ends their sessions and links. Return whether there is one."""
        ...

    async def invite(self, user_id: int, invite: Invite) -> None:
        """Let a link set this user's password once. Older links end."""
        ...

    async def invited(self, secret: str, *, now: datetime) -> User | None:
        """Return whom a link is for. Nothing for one that was used or is past its time."""
        ...

    async def redeem(self, secret: str, password_hash: str, *, now: datetime) -> User | None:
        """Set the password that a link allows to set, once, and return whose it is."""
        ...

    async def sign_out(self, user_id: int) -> int:
        """End every session of a user and return how many."""
        ...

    async def signed_in(self, user_id: int, *, now: datetime) -> None:
        """Note when a user came in."""
        ...

    async def of_proxy(self, username: str, role: str | None, *, now: datetime) -> User | None:
        """Return the user of a name that a trusted proxy vouches for, making them where they are new.

        A `role` counts more than the one that is kept here. Nothing for a disabled user.
        """
        ...

    async def of_identity(
        self, issuer: str, subject: str, username: str, role: str | None, *, link: bool, now: datetime
    ) -> User | None:
        """Return who somebody is that a provider knows by a subject, making them where they are new.

        With `link` a user of that name becomes theirs, else a name that is taken stays with its owner and
        nothing is returned. Nothing for a disabled user.
        """
        ...
