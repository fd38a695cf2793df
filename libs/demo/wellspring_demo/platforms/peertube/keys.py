"""Gives the uploader its tokens, and asks for them."""

from typing import Any

from aiohttp import web

from ...domain.platforms.tokens import Grant
from .problems import Problem
from .settings import CLIENT_ID, CLIENT_SECRET, PASSWORD, USERNAME
from .studio import TubeStudio

REALM = "peertube"
REFRESH_LIFE_S = 1_209_600.0
_FORM = "application/x-www-form-urlencoded"


class TubeKeys:
    """The OAuth side of the PeerTube."""

    def __init__(self, studio: TubeStudio) -> None:
        self._studio = studio

    async def client(self, _request: web.Request) -> web.Response:
        """The client that everybody uses who is no plugin."""
        return web.json_response({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET})

    async def token(self, request: web.Request) -> web.Response:
        """Give out a pair of tokens."""
        if request.content_type != _FORM:
            raise Problem(400, f"The body must be {_FORM}", "invalid_request")
        form = {key: str(value) for key, value in (await request.post()).items()}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise Problem(400, "Invalid client: client is invalid", "invalid_client")
        match form.get("grant_type"):
            case "password":
                if (form.get("username"), form.get("password")) != (USERNAME, PASSWORD):
                    raise Problem(400, "Invalid grant: user credentials are invalid", "invalid_grant")
            case "refresh_token":
                before = self._read(form.get("refresh_token", ""))
                if before is None or not before.refreshes:
                    raise Problem(400, "Invalid grant: refresh token is invalid", "invalid_grant")
            case _:
                raise Problem(400, "Unsupported grant type", "unsupported_grant_type")
        return web.json_response(self._pair(), headers={"Cache-Control": "no-store"})

    def entitled(self, request: web.Request) -> Grant:
        """Who asks; raises Problem for anybody without a good token."""
        grant = self.asker(request)
        if grant is None:
            raise Problem(401, "Unauthorized request: no authentication given", "missing_token")
        return grant

    def asker(self, request: web.Request) -> Grant | None:
        """Who asks, None for nobody; raises Problem for a token that is no good."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        grant = self._read(token) if scheme == "Bearer" else None
        if grant is None or grant.refreshes:
            raise Problem(401, "Invalid token: access token is invalid", "invalid_token")
        return grant

    def _pair(self) -> dict[str, Any]:
        life, now = self._studio.settings.token_life_s, self._studio.clock.now()
        serial = int(self._studio.shelf.facts.get("serial", 0)) + 1
        self._studio.shelf.note("serial", serial)
        access = Grant(REALM, "password", (), now + life, self._studio.epoch, serial)
        lasting = Grant(
            REALM, "password", (), now + REFRESH_LIFE_S, self._studio.epoch, serial, refreshes=True
        )
        return {
            "token_type": "Bearer",
            "access_token": self._studio.tokens.write(access),
            "refresh_token": self._studio.tokens.write(lasting),
            "expires_in": int(life),
            "refresh_token_expires_in": int(REFRESH_LIFE_S),
        }

    def _read(self, token: str) -> Grant | None:
        grant = self._studio.tokens.read(token)
        if grant is None or grant.realm != REALM or grant.epoch != self._studio.epoch:
            return None
        return grant if grant.expires > self._studio.clock.now() else None
