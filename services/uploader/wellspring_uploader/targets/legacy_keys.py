"""How tokens are had for Dailymotion's older APIs."""

from collections.abc import Awaitable, Callable, Mapping

from .tokens import Granted, grant
from .wire import Wire

SCOPE = "manage_videos manage_playlists"

Ask = Callable[[], Awaitable[Granted]]


def partner_ask(wire: Wire, origin: str, secrets: Mapping[str, str]) -> Ask:
    """Return what asks for a token of a private key."""
    form = {**_key(secrets), "grant_type": "client_credentials", "scope": SCOPE}

    async def ask() -> Granted:
        return await grant(wire, f"{origin}/oauth/v1/token", form)

    return ask


def legacy_ask(wire: Wire, origin: str, secrets: Mapping[str, str]) -> Ask:
    """Return what asks for a token of a public key: by a password, or by what a person once allowed."""
    url = f"{origin}/oauth/token"
    refresh = secrets.get("refresh_token")

    async def ask() -> Granted:
        nonlocal refresh
        if "password" in secrets:
            person = {"username": secrets["username"], "password": secrets["password"]}
            return await grant(
                wire, url, {**_key(secrets), "grant_type": "password", "scope": SCOPE, **person}
            )
        form = {**_key(secrets), "grant_type": "refresh_token", "refresh_token": str(refresh)}
        granted = await grant(wire, url, form)
        refresh = granted.refresh_token or refresh
        return granted

    return ask


def _key(secrets: Mapping[str, str]) -> dict[str, str]:
    return {"client_id": secrets["api_key"], "client_secret": secrets["api_secret"]}
