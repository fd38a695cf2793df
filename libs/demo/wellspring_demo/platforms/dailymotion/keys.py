"""Gives out access tokens, each generation at its own door, and asks for them.

The newest API has no password grant; the partner API knows none but client_credentials.
"""

from collections.abc import Collection
from typing import Any

from aiohttp import web

from ...domain.platforms.tokens import Grant
from .refusals import Refused, forbidden, unknown_token
from .settings import CHANNEL, KEY, PASSWORD, PROFILE, SECRET, USERNAME
from .studio import Studio

GRANTS = {
    "legacy": ("authorization_code", "password", "refresh_token"),
    "partner": ("client_credentials",),
    "v2": ("client_credentials",),
}
ALL_SCOPES = (
    "video.read",
    "video.manage",
    "account.read",
    "profile.read",
    "playlist.read",
    "playlist.manage",
)
FORM = "application/x-www-form-urlencoded"


class Denied(Exception):
    """No token, in the words of RFC 6749."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


class TokenDesk:
    """The token endpoint of one generation."""

    def __init__(self, studio: Studio, realm: str) -> None:
        self._studio = studio
        self._realm = realm

    async def give(self, request: web.Request) -> web.Response:
        """Answer a request for a token."""
        try:
            return web.json_response(
                self._given(await self._form(request)), headers={"Cache-Control": "no-store"}
            )
        except Denied as denied:
            told = {"error": denied.error, "error_description": denied.description}
            return web.json_response(told, status=denied.status)

    async def _form(self, request: web.Request) -> dict[str, str]:
        if request.content_type != FORM:
            raise Denied("invalid_request", f"The body must be {FORM}")
        return {key: str(value) for key, value in (await request.post()).items()}

    def _given(self, form: dict[str, str]) -> dict[str, Any]:
        kind = form.get("grant_type", "")
        if kind not in GRANTS[self._realm]:
            raise Denied("unsupported_grant_type", f"The grant type {kind or '(none)'} is not supported here")
        if (form.get("client_id"), form.get("client_secret")) != (KEY, SECRET):
            raise Denied("invalid_client", "The client is not known, or its secret is wrong", 401)
        scopes = tuple(form.get("scope", "").replace(",", " ").split())
        if kind == "password" and (form.get("username"), form.get("password")) != (USERNAME, PASSWORD):
            raise Denied("invalid_grant", "The name or the password is wrong")
        if kind == "authorization_code":
            raise Denied("invalid_grant", "The code was never given out, or was used")
        if kind == "refresh_token":
            before = self._read(form.get("refresh_token", ""))
            if before is None or not before.refreshes:
                raise Denied("invalid_grant", "The refresh token is not good any more")
            scopes = scopes or before.scopes
        return self._answer(kind, scopes or (ALL_SCOPES if self._realm == "v2" else ()))

    def _answer(self, kind: str, scopes: tuple[str, ...]) -> dict[str, Any]:
        life = self._studio.settings.token_life_s[self._realm]
        serial = int(self._studio.shelf.facts.get("serial", 0)) + 1
        self._studio.shelf.note("serial", serial)
        expires = self._studio.clock.now() + life
        grant = Grant(self._realm, kind, scopes, expires, self._studio.epoch, serial)
        told: dict[str, Any] = {
            "access_token": self._studio.tokens.write(grant),
            "token_type": "Bearer",
            "expires_in": int(life),
            "scope": " ".join(scopes),
        }
        if self._realm != "v2":
            told |= {"refresh_token": None, "uid": None}
        if self._realm == "legacy":
            lasting = Grant(
                self._realm, kind, scopes, expires + 10**9, self._studio.epoch, serial, refreshes=True
            )
            told |= {"refresh_token": self._studio.tokens.write(lasting), "uid": PROFILE}
        return told

    def _read(self, token: str) -> Grant | None:
        grant = self._studio.tokens.read(token)
        if grant is None or grant.realm != self._realm or grant.epoch != self._studio.epoch:
            return None
        return grant if grant.expires > self._studio.clock.now() else None

    def asker(self, request: web.Request) -> Grant | None:
        """Who asks, None for a request without a token; raises Refused for one that is no good."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        grant = self._read(token) if scheme in {"Bearer", "OAuth"} else None
        if grant is None or grant.refreshes:
            raise unknown_token("The access token is invalid, malformed or expired")
        return grant

    def entitled(self, request: web.Request, scopes: Collection[str] | None) -> Grant:
        """Who asks; raises Refused for nobody, and for one whose token has none of these scopes."""
        grant = self.asker(request)
        if grant is None:
            if self._realm == "v2":
                raise unknown_token("There is no access token")
            raise Refused(401, "invalid_token", "You need an access token to do this")
        if scopes is not None and not set(scopes) & set(grant.scopes):
            raise forbidden(f"The access token has none of the scopes {', '.join(sorted(scopes))}")
        return grant


def me_of(grant: Grant) -> str:
    """The channel that a token acts for; raises Refused for one that acts for a key alone."""
    if grant.kind == "client_credentials":
        raise forbidden("This access token acts for no user: name the user in the path")
    return CHANNEL
