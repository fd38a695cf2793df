"""An OpenID Connect provider: discovery, the authorisation code flow with PKCE, its keys and its tokens."""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from wellspring_common.clock import Clock
from wellspring_common.errors import Permanent, Transient, reason_of

from ..domain.oidc import Flow, Person, person_of, wrong_claim
from ..settings import OidcSettings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key that only the provider has: none that a client secret, or nobody, can make."""
LARGEST = 1024 * 1024
TIMEOUT_S = 10
DISCOVERED_FOR_S = 3600
KEYS_AGAIN_S = 60
OK = 200
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")

log = structlog.get_logger(__name__)


def refusal(reason: str) -> Permanent:
    """Return the failure of a sign-in that the provider, or what it said, spoilt."""
    return Permanent(f"The provider's answer was not accepted: {reason}.", code="oidc_refused")


class OidcProvider:
    """The provider that an operator named. Its addresses are an operator's word, not a visitor's."""

    def __init__(self, settings: OidcSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._found: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    @property
    def label(self) -> str:
        """Return what the button says."""
        return self._settings.label

    @property
    def issuer(self) -> str:
        """Return the provider's own name for itself."""
        return self._settings.issuer

    async def way_there(self, flow: Flow, *, back_to: str) -> str:
        """Return where a browser goes to sign in. Raises `Transient` while the provider is away."""
        async with _session() as session:
            found = await self._discover(session)
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._settings.client_id,
                "redirect_uri": back_to,
                "scope": self._settings.scopes,
                "state": flow.state,
                "nonce": flow.nonce,
                "code_challenge": flow.challenge,
                "code_challenge_method": "S256",
            }
        )
        start = str(found["authorization_endpoint"])
        return f"{start}{'&' if urlsplit(start).query else '?'}{query}"

    async def person(self, flow: Flow, code: str, *, back_to: str) -> Person:
        """Exchange a code and return who signed in. Raises `Permanent` with `oidc_refused`, `Transient`."""
        async with _session() as session:
            found = await self._discover(session)
            tokens = await self._exchange(session, found, flow, code, back_to)
            claims = await self._verified(session, found, flow, tokens.get("id_token"))
            claims = await self._completed(session, found, claims, tokens.get("access_token"))
        return person_of(
            claims,
            username_claim=self._settings.username_claim,
            groups_claim=self._settings.groups_claim,
            trust_names=self._settings.trust_usernames,
        )

    async def _discover(self, session: aiohttp.ClientSession) -> Mapping[str, Any]:
        if self._found is not None and time.monotonic() - self._found[0] < DISCOVERED_FOR_S:
            return self._found[1]
        url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = await _json(session, "GET", url)
        if found.get("issuer") != self.issuer:
            raise refusal(f"it calls itself {found.get('issuer')!r}, not {self.issuer!r}")
        secure = urlsplit(self.issuer).scheme == "https"
        for name in _NEEDED:
            scheme = urlsplit(str(found.get(name, ""))).scheme
            if scheme != "https" and (secure or scheme != "http"):
                raise refusal(f"its {name} is no address that can be trusted")
        self._found = (time.monotonic(), found)
        return found

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        found: Mapping[str, Any],
        flow: Flow,
        code: str,
        back_to: str,
    ) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back_to,
            "code_verifier": flow.verifier,
            "client_id": self._settings.client_id,
        }
        headers = {}
        if (secret := self._settings.client_secret) is not None:
            ways = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if "client_secret_basic" in ways:
                # RFC 6749 2.3.1: both are form-encoded before they become user and password
                pair = (self._settings.client_id, secret.get_secret_value())
                login = ":".join(quote(each, safe="") for each in pair)
                headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
            else:
                form["client_secret"] = secret.get_secret_value()
        return await _json(session, "POST", str(found["token_endpoint"]), data=form, headers=headers)

    async def _verified(
        self, session: aiohttp.ClientSession, found: Mapping[str, Any], flow: Flow, token: Any
    ) -> Mapping[str, Any]:
        if not isinstance(token, str):
            raise refusal("it sent no ID token")
        try:
            claims = await self._decoded(session, str(found["jwks_uri"]), token)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise refusal(f"its ID token does not hold ({type(error).__name__})") from error
        wrong = wrong_claim(
            claims,
            issuer=self.issuer,
            client_id=self._settings.client_id,
            nonce=flow.nonce,
            now=self._clock.now(),
        )
        if wrong is not None:
            raise refusal(f"its ID token has a wrong {wrong!r}")
        return claims

    async def _decoded(self, session: aiohttp.ClientSession, url: str, token: str) -> Mapping[str, Any]:
        keys, fresh = await self._key_set(session, url)
        try:
            return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):
            held_s = time.monotonic() - self._keys[0] if self._keys else 0
            if fresh or held_s < KEYS_AGAIN_S:
                raise
            # keys are changed now and then: it may be signed by one that we have not seen
            self._keys = None
            keys, _ = await self._key_set(session, url)
            return jwt.decode(token, keys, algorithms=ALGORITHMS).claims

    async def _key_set(self, session: aiohttp.ClientSession, url: str) -> tuple[KeySet, bool]:
        if self._keys is not None and time.monotonic() - self._keys[0] < DISCOVERED_FOR_S:
            return self._keys[1], False
        found: Any = await _json(session, "GET", url)
        keys = KeySet.import_key_set(found)
        self._keys = (time.monotonic(), keys)
        return keys, True

    async def _completed(
        self,
        session: aiohttp.ClientSession,
        found: Mapping[str, Any],
        claims: Mapping[str, Any],
        access_token: Any,
    ) -> Mapping[str, Any]:
        """Return the claims with those that the provider tells only when asked."""
        wanted = {self._settings.username_claim, self._settings.groups_claim}
        url = found.get("userinfo_endpoint")
        if wanted <= set(claims) or not url or not isinstance(access_token, str):
            return claims
        if urlsplit(str(url)).scheme != urlsplit(self.issuer).scheme:
            return claims
        headers = {"Authorization": f"Bearer {access_token}"}
        more = await _json(session, "GET", str(url), headers=headers)
        if more.get("sub") != claims["sub"]:
            raise refusal("it tells of somebody else")
        return {**more, **claims}


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S), trust_env=True)


async def _json(session: aiohttp.ClientSession, method: str, url: str, **more: Any) -> Mapping[str, Any]:
    """Return a JSON object. A redirect is no answer: secrets must not follow it."""
    try:
        async with session.request(method, url, allow_redirects=False, **more) as response:
            body = bytearray()
            async for part in response.content.iter_chunked(64 * 1024):
                body += part
                if len(body) > LARGEST:
                    raise refusal(f"{urlsplit(url).path} answered more than can be meant")
            if response.status >= 500:  # noqa: PLR2004  (an HTTP status)
                raise Transient(f"The provider answered {response.status}.", code="oidc_away")
            if response.status != OK:
                log.warning("oidc.refused", url=url.partition("?")[0], status=response.status)
                raise refusal(f"{urlsplit(url).path} answered {response.status}")
            found = json.loads(body)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Transient(f"The provider is away: {reason_of(error)}", code="oidc_away") from error
    except ValueError as error:
        raise refusal(f"{urlsplit(url).path} answered no JSON") from error
    if not isinstance(found, dict):
        raise refusal(f"{urlsplit(url).path} answered no JSON object")
    return found
