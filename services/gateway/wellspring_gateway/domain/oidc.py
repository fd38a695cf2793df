"""Signing in at a provider by OpenID Connect: what is sent there, and what of its answer is believed."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from .access import LONGEST_USERNAME, safe_next
from .text import is_storable

FLOW_LIFE = timedelta(minutes=10)
"""How long somebody may take to sign in there."""
LEEWAY = timedelta(seconds=60)
"""How far the provider's clock may be from ours."""
LONGEST_SUBJECT = 255


@dataclass(frozen=True)
class Flow:
    """One attempt. It stays with the browser that began it, so that no other one can end it."""

    state: str
    nonce: str
    verifier: str
    target: str
    began: float

    @classmethod
    def begin(cls, target: str, *, now: datetime) -> "Flow":
        """Return a new attempt that goes on to a page of ours."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, target=safe_next(target), began=now.timestamp())

    @property
    def challenge(self) -> str:
        """Return what the provider may know of the verifier (PKCE, S256)."""
        return _encoded(hashlib.sha256(self.verifier.encode()).digest())

    def packed(self) -> str:
        """Return the attempt as a cookie carries it."""
        return _encoded(json.dumps(asdict(self)).encode())

    @classmethod
    def unpacked(cls, text: str, *, now: datetime) -> "Flow | None":
        """Return the attempt of a cookie, or nothing for one that is no attempt or took too long."""
        try:
            found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            words = [str(found[name]) for name in ("state", "nonce", "verifier", "target")]
            flow = cls(words[0], words[1], words[2], safe_next(words[3]), float(found["began"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        age = now.timestamp() - flow.began
        return flow if all(words) and 0 <= age <= FLOW_LIFE.total_seconds() else None

    def is_of(self, state: str) -> bool:
        """Return whether the answer with this state belongs to this attempt."""
        return secrets.compare_digest(self.state.encode(), state.encode(errors="replace"))


@dataclass(frozen=True)
class Person:
    """Who somebody is at the provider."""

    subject: str
    username: str
    groups: tuple[str, ...]
    may_link: bool
    """Whether the provider vouches for the name, so that a user of that name here is the same person."""


def wrong_claim(
    claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: datetime
) -> str | None:
    """Return which claim of a well-signed token speaks against it (OpenID Connect Core, 3.1.3.7)."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    checks = {
        "iss": claims.get("iss") == issuer,
        "aud": client_id in audiences,
        "azp": claims.get("azp", client_id) == client_id and (len(audiences) == 1 or "azp" in claims),
        "exp": (moment := _moment(claims.get("exp"))) is not None and now < moment + LEEWAY,
        "iat": (moment := _moment(claims.get("iat"))) is not None and moment <= now + LEEWAY,
        "nbf": "nbf" not in claims or ((m := _moment(claims["nbf"])) is not None and m <= now + LEEWAY),
        "nonce": isinstance(claims.get("nonce"), str)
        and secrets.compare_digest(claims["nonce"].encode(errors="replace"), nonce.encode()),
        "sub": isinstance(sub := claims.get("sub"), str)
        and 0 < len(sub) <= LONGEST_SUBJECT
        and is_storable(sub),
    }
    return next((name for name, right in checks.items() if not right), None)


def person_of(
    claims: Mapping[str, Any], *, username_claim: str, groups_claim: str, trust_names: bool
) -> Person:
    """Return who the claims speak of. A name is taken from the address or the subject where there is none.

    A mail address links only where the provider says that it is verified.
    """
    verified = claims.get("email_verified") is True
    for claim in (username_claim, "email", "sub"):
        name = claims.get(claim)
        if claim == "email" and not verified:
            continue
        if isinstance(name, str) and 0 < len(name.strip()) <= LONGEST_USERNAME and is_storable(name):
            may_link = claim == "email" or (trust_names and claim == username_claim)
            return Person(str(claims["sub"]), name.strip(), _groups(claims.get(groups_claim)), may_link)
    digest = hashlib.sha256(str(claims["sub"]).encode()).hexdigest()[:16]
    return Person(str(claims["sub"]), f"user-{digest}", _groups(claims.get(groups_claim)), may_link=False)


def _groups(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        from_epoch = timedelta(seconds=value)
        return _EPOCH + from_epoch
    except (OverflowError, ValueError):
        return None


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
