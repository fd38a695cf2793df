"""What the gateway needs from the outside to know who may do what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from wellspring_common.tunables_watch import TunablesWatch

from .domain.access import Device, Session, User
from .domain.budgets import Budgets
from .domain.deeds import Deed
from .domain.oidc import Flow, Person
from .domain.preferences import Wishes
from .ports.answers import Keep
from .ports.operating import RuntimeSettings

LAST_ADMIN = "last_admin"
"""Said instead of taking the only admin's rights away."""


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


@dataclass(frozen=True)
class AuditRow:
    """One line of the log of what people did."""

    id: int
    at: datetime
    user_id: int | None
    actor: str
    via: str
    client: str | None
    action: str
    target: str | None
    detail: dict[str, Any]


class Audit(Protocol):
    """The log of what people did."""

    async def add(self, deed: Deed) -> None:
        """Write a line."""
        ...

    async def complete(self, line: int, deed: Deed) -> None:
        """Write a line anew with what was not known before the change."""
        ...

    async def find(self, *, before: int | None, action: str, actor: str, limit: int) -> list[AuditRow]:
        """Return lines, the newest first, from before an id: of one action or family, of one actor."""
        ...

    async def purge(self, *, now: datetime) -> int:
        """Delete lines past their time and return how many."""
        ...


class Preferences(Protocol):
    """How people like it, on every device."""

    async def of(self, user_id: int) -> Wishes:
        """Return what somebody said."""
        ...

    async def put(self, user_id: int, changes: Mapping[str, Any]) -> Wishes:
        """Keep what somebody says now and return all that they said."""
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


class Provider(Protocol):
    """Where people sign in by OpenID Connect."""

    @property
    def label(self) -> str:
        """Return what the button says."""
        ...

    @property
    def issuer(self) -> str:
        """Return the provider's own name for itself."""
        ...

    async def way_there(self, flow: Flow, *, back_to: str) -> str:
        """Return where a browser goes to sign in. Raises `Transient` while the provider is away."""
        ...

    async def person(self, flow: Flow, code: str, *, back_to: str) -> Person:
        """Exchange a code and return who signed in. Raises `Permanent` with `oidc_refused`, `Transient`."""
        ...


@dataclass(frozen=True)
class Accounts:
    """What the guards need, together."""

    keys: Tokens
    users: Users
    preferences: Preferences
    audit: Audit
    viewing: Viewing
    budgets: Budgets
    provider: Provider | None = None

    async def device(self, token: str) -> Device | None:
        """Return the device of a token. Nothing for a revoked or unknown one."""
        return await self.keys.device(token)
