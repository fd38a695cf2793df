"""What the gateway needs from the outside to know who may do what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wellspring_common.tunables_watch import TunablesWatch

from .domain.access import Device, Session
from .domain.budgets import Budgets
from .ports import RuntimeSettings


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
        self, user_id: int, name: str, scopes: Sequence[str], *, expires_at: datetime | None
    ) -> tuple[TokenRow, str]:
        """Make an API token and return it with its secret, which is told this once."""
        ...

    async def add_device(self, user_id: int | None, name: str) -> tuple[TokenRow, str]:
        """Make a device's token and return it with its secret, which is told this once."""
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


class Viewing:
    """Whether only members may watch: by what the bucket says, and until it is heard by what is stored."""

    def __init__(self, watch: TunablesWatch, truth: RuntimeSettings) -> None:
        self._watch = watch
        self._truth = truth
        self._stored: tuple[int, bool] | None = None

    async def members_only(self) -> bool:
        """Return whether a viewer has to sign in. Raises `DependencyDown` while nobody ever said."""
        if self._stored is None:
            # a copy kept on disk may be older than the setting, and a closed house must not open by itself
            copy = await self._truth.load()
            self._stored = (copy.revision, copy.values.viewing == "members")
        revision, closed = self._stored
        if self._watch.revision < revision:
            return closed
        return self._watch.current.viewing == "members"


@dataclass(frozen=True)
class Accounts:
    """What the guards need, together."""

    keys: Tokens
    viewing: Viewing
    budgets: Budgets

    async def device(self, token: str) -> Device | None:
        """Return the device of a token. Nothing for a revoked or unknown one."""
        return await self.keys.device(token)
