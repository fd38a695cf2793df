"""What the gateway needs from the outside to know who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from wellspring_common.tunables_watch import TunablesWatch

from .domain.access import Device
from .domain.budgets import Budgets
from .domain.oidc import Flow, Person
from .domain.preferences import Wishes
from .ports.audit import Audit
from .ports.operating import RuntimeSettings
from .ports.tokens import Tokens
from .ports.users import Users


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
