"""Addresses of what a playlist leads to: sealed by us, so that nobody can make one up."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from dataclasses import astuple, dataclass, fields
from datetime import datetime

SEAL_BYTES = 16
LONGEST = 16_384


@dataclass(frozen=True)
class Part:
    """One URL of a playlist, and the link that the playlist is of. `until` is in seconds of 1970.

    With `relayed` a playlist's own parts come through us too.
    """

    url: str
    is_list: bool
    server: str
    link_id: int
    generation: int
    needs_headers: bool
    relayed: bool
    until: int


def seal(part: Part, secret: bytes) -> str:
    """Return a part as a segment of a path."""
    body = json.dumps(astuple(part), separators=(",", ":")).encode()
    return _text(_mac(body, secret) + body)


def unseal(text: str, secret: bytes, *, now: datetime) -> Part | None:
    """Return the part, or nothing for what we did not seal or what is past its time."""
    if len(text) > LONGEST or not text.isascii():
        return None
    try:
        sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (NoBase64, ValueError):
        return None
    mac, body = sealed[:SEAL_BYTES], sealed[SEAL_BYTES:]
    if not hmac.compare_digest(mac, _mac(body, secret)):
        return None
    values = json.loads(body)  # ours, as the seal says: of this release, or of one before it
    if len(values) != len(fields(Part)):
        return None
    part = Part(*values)
    return part if part.until > now.timestamp() else None


def _mac(body: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, b"part:" + body, hashlib.sha256)[:SEAL_BYTES]


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
