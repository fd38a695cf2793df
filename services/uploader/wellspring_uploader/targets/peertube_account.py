"""Who we are on an instance of PeerTube: how one signs in there, and the channel that is ours."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from wellspring_common.errors import Transient

from ..domain.platform_answers import object_in
from ..domain.refusals import CredentialsRefused
from ..domain.target_settings import PeerTubeSettings
from .tokens import Granted, grant
from .wire import Wire

API = "/api/v1"


@dataclass(frozen=True)
class OwnChannel:
    """The channel that is published to, and the account that it belongs to."""

    number: int
    name: str
    account: str
    identity: str


def own_channel(found: Mapping[str, Any], settings: PeerTubeSettings) -> OwnChannel:
    """Return our channel, from what `users/me` answers. Raises `CredentialsRefused` where it is not clear."""
    channels = [object_in(one) for one in found.get("videoChannels") or []]
    fitting = [one for one in channels if settings.channel in {None, one.get("name")}]
    if len(fitting) != 1 or not isinstance(fitting[0].get("id"), int):
        names = ", ".join(str(one.get("name")) for one in channels) or "none"
        raise CredentialsRefused(
            f"Name the channel in the target's settings: this account has {names}.", code="channel_not_found"
        )
    number, name = int(fitting[0]["id"]), str(fitting[0].get("name"))
    # its own word for where it is: one instance may be reached by several addresses
    host = fitting[0].get("host") or urlsplit(settings.url).netloc
    account = object_in(found.get("account")).get("name") or found.get("username") or ""
    return OwnChannel(number, name, str(account), f"peertube:{name}@{host}".lower())


def asking(wire: Wire, origin: str, secrets: Mapping[str, str]) -> Callable[[], Awaitable[Granted]]:
    """Return what signs in: by the client that every instance has for that, with name and password."""

    async def ask() -> Granted:
        answer = await wire.call("GET", f"{origin}{API}/oauth-clients/local")
        client = answer.object
        if not answer.fine or not {"client_id", "client_secret"} <= set(client):
            raise Transient(f"{origin} did not answer as PeerTube does.", code="garbage")
        form = {
            "client_id": str(client["client_id"]),
            "client_secret": str(client["client_secret"]),
            "grant_type": "password",
            "username": secrets["username"],
            "password": secrets["password"],
        }
        return await grant(wire, f"{origin}{API}/users/token", form)

    return ask
