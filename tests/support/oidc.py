"""A little OpenID Connect provider on loopback, with real keys and redirects, that can be told to lie."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote, urlencode

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from .serving import serving

CLIENT, SECRET = "wellspring", "a secret: with% odd+letters"


def encoded(raw: bytes) -> str:
    """Return bytes as tokens carry them."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@cache
def key(number: int) -> rsa.RSAPrivateKey:
    """Return a key: making one takes a tenth of a second."""
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class LittleProvider:
    """Signs everybody in at once as `person`. `lies` replace claims, None leaves one out."""

    person: dict[str, Any] = field(default_factory=lambda: {"sub": "s-1", "preferred_username": "grace"})
    lies: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    signs_with: int = 1
    shows: tuple[int, ...] = (1,)
    refuses: str = ""
    url: str = ""
    heard: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> web.Application:
        """Return the provider as an application."""
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._discovery)
        app.router.add_get("/authorize", self._authorize)
        app.router.add_post("/token", self._token)
        app.router.add_get("/keys", self._keys)
        app.router.add_get("/userinfo", self._userinfo)
        return app

    async def _discovery(self, _: web.Request) -> web.Response:
        self.heard.append("discovery")
        found = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        if self.userinfo:
            found["userinfo_endpoint"] = f"{self.url}/userinfo"
        return web.json_response(found | self.discovery)

    async def _authorize(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        assert asked["response_type"] == "code"
        assert (asked["client_id"], asked["code_challenge_method"]) == (CLIENT, "S256")
        assert "openid" in asked["scope"].split()
        if self.refuses:
            answer = {"error": self.refuses, "state": asked["state"]}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            answer = {"code": code, "state": asked["state"], "iss": self.url}
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(answer)}")

    async def _token(self, request: web.Request) -> web.Response:
        self.heard.append("token")
        form = await request.post()
        kind, _, login = request.headers["Authorization"].partition(" ")
        name, _, password = base64.b64decode(login).decode().partition(":")
        asked = self.codes.pop(str(form["code"]), None)  # good for once
        challenge = encoded(hashlib.sha256(str(form["code_verifier"]).encode()).digest())
        right = (
            asked is not None
            and (kind, unquote(name), unquote(password)) == ("Basic", CLIENT, SECRET)
            and form["redirect_uri"] == asked["redirect_uri"]
            and challenge == asked["code_challenge"]
        )
        if not right or asked is None:
            return web.json_response({"error": "invalid_grant"}, status=400)
        token = self.signed(asked["nonce"])
        return web.json_response(
            {"access_token": "an-access-token", "token_type": "Bearer", "id_token": token}
        )

    async def _keys(self, _: web.Request) -> web.Response:
        self.heard.append("keys")
        return web.json_response({"keys": [_public(number) for number in self.shows]})

    async def _userinfo(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer an-access-token"
        return web.json_response(self.userinfo)

    def signed(self, nonce: str) -> str:
        """Return an ID token: with `alg` none or HS256 in `header`, signed as an attacker would."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        told = {
            name: value for name, value in (claims | self.person | self.lies).items() if value is not None
        }
        header = {"alg": "RS256", "kid": f"k{self.signs_with}", "typ": "JWT"} | self.header
        text = f"{_json(header)}.{_json(told)}"
        if header["alg"] == "none":
            return f"{text}."
        if header["alg"] == "HS256":
            return f"{text}.{encoded(hashlib.sha256(text.encode()).digest())}"
        return f"{text}.{encoded(key(self.signs_with).sign(text.encode(), padding.PKCS1v15(), SHA256()))}"


@asynccontextmanager
async def little_provider() -> AsyncGenerator[LittleProvider]:
    """Run a provider as long as the block takes."""
    provider = LittleProvider()
    async with serving(provider.app(), patience_s=1) as port:
        provider.url = f"http://127.0.0.1:{port}"
        yield provider


def _public(number: int) -> Mapping[str, str]:
    numbers = key(number).public_key().public_numbers()
    parts = {"n": numbers.n, "e": numbers.e}
    shown = {
        name: encoded(value.to_bytes((value.bit_length() + 7) // 8, "big")) for name, value in parts.items()
    }
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": f"k{number}", **shown}


def _json(value: Mapping[str, Any]) -> str:
    return encoded(json.dumps(value).encode())
