"""Users, their tokens and devices, and the log of what people did, as the API gives them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from .base import Given
from .texts import Id

RoleName = Literal["viewer", "operator", "admin"]
ScopeName = Literal["read", "play", "scrape", "operate", "admin"]


class Account(Given):
    """Who is signed in, how, and what they may do by it."""

    id: Id
    username: str = Field(examples=["grace"])
    role: RoleName
    via: Literal["cookie", "token", "device", "proxy"]
    scopes: list[ScopeName]


class PasswordChanged(Given):
    """The token of the session that the answer opened: the others have ended."""

    csrf_token: str


class Token(Given):
    """An API token as its owner sees it: never the token itself."""

    id: Id = Field(examples=[4])
    name: str = Field(examples=["backup script"])
    created_at: datetime
    last_used_at: datetime | None
    scopes: list[ScopeName]
    expires_at: datetime | None


class TokenMade(Token):
    """A new API token. Its secret is in this answer, and nowhere after it."""

    token: str = Field(examples=["wsp_…"])


class TokenList(Given):
    """One's own API tokens, the newest first."""

    tokens: list[Token]


class Device(Given):
    """A player that cannot sign in, as its owner sees it."""

    id: Id = Field(examples=[2])
    name: str = Field(examples=["living room"])
    created_at: datetime
    last_used_at: datetime | None


class DeviceAddresses(Given):
    """Ready addresses of a device: they hold its token."""

    m3u: str
    stremio: str


class DeviceMade(Device):
    """A new device. Its token and addresses are in this answer, and nowhere after it."""

    token: str
    addresses: DeviceAddresses


class DeviceList(Given):
    """One's own devices, the newest first."""

    devices: list[Device]


class User(Given):
    """A user as admins see them."""

    id: Id = Field(examples=[5])
    username: str = Field(examples=["grace"])
    role: RoleName
    must_change: bool = Field(description="Whether they have yet to choose a password of their own.")
    disabled_at: datetime | None
    last_sign_in_at: datetime | None
    created_at: datetime
    has_password: bool = Field(description="Others come by a provider or a proxy only.")


class UserMade(User):
    """A user with a new way in, which is shown once: a one-time password, or a link to choose one."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    password: str | None = Field(None, examples=["abcde-fghjk-mnpqr-stuvw"])
    invite_url: str | None = None


class UserList(Given):
    """One page of users, in the order in which they came."""

    users: list[User]
    next: int | None = Field(description="The `after` of the next page, null on the last one.")


class AuditEntry(Given):
    """One line of the log. What `detail` says depends on the action."""

    id: Id
    at: datetime
    user_id: int | None
    actor: str = Field(examples=["grace"])
    via: str = Field(examples=["cookie"])
    client: str | None
    action: str = Field(examples=["user.made"])
    target: str | None
    detail: dict[str, Any] = Field(examples=[{"role": "viewer"}])


class AuditLog(Given):
    """One page of the log, the newest first."""

    entries: list[AuditEntry]
    next: int | None = Field(description="The `before` of the next page, null on the last one.")
