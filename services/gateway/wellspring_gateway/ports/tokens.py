"""The tokens of programs and devices, as they are stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..domain.access import Device, Session
from .answers import Keep


@dataclass(frozen=True)
class TokenRow:
    """A token as its owner sees it: never the token itself."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None


class Tokens(Protocol):
    """API tokens of programs, and tokens of devices. Of both only hashes are stored."""

    async def session(self, token: str, *, now: datetime) -> Session | None:
        """Return whom an API token speaks for, and note that it was used."""
        ...

    async def device(self, token: str) -> Device | None:
        """Return the device of a token, and note that it was used. Nothing for a revoked one."""
        ...

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
        ...

    async def add_device(
        self, user_id: int | None, name: str, token: str, *, keep: Keep | None = None
    ) -> TokenRow:
        """Store a device's token."""
        ...

    async def tokens(self, user_id: int) -> list[TokenRow]:
        """Return a user's API tokens that are not revoked, the newest first."""
        ...

    async def devices(self, user_id: int) -> list[TokenRow]:
        """Return a user's devices that are not revoked, the newest first."""
        ...

    async def revoke_token(self, user_id: int, token_id: int, *, now: datetime) -> str | None:
        """End a token of a user and return its name. Nothing, where there was none."""
        ...

    async def revoke_device(self, user_id: int, device_id: int, *, now: datetime) -> str | None:
        """End a device's token of a user and return its name. Nothing, where there was none."""
        ...

    async def purge(self, *, now: datetime) -> int:
        """Delete what was long revoked or ran out long ago, and return how many rows."""
        ...
