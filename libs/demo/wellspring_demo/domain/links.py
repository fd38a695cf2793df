"""The shapes of signed links: how each host writes them and how it reads them back."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import quote

UNIX_DIGITS = 10
"""Digits of a Unix time in seconds, until the year 2286."""


class Forged(Exception):
    """The link was never issued in this form."""


@dataclass(frozen=True)
class Reading:
    """What a genuine link says."""

    key: str
    issued: int
    expires: int


class LinkWriter:
    """Writes and reads the links of one world with that world's secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def _mac(self, length: int, *parts: object) -> str:
        text = "|".join(str(part) for part in parts)
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()[:length]

    def token(self, source_id: str, issued: int, nonce: int) -> str:
        """The one-time token of a generated page, as base64."""
        mac = self._mac(16, "token", source_id, issued, nonce)
        return base64.b64encode(f"{issued}.{nonce}.{mac}".encode()).decode()

    def read_token(self, token: str, source_id: str) -> tuple[int, int]:
        """Issue time and nonce of a genuine token; raises Forged."""
        try:
            issued, nonce, _ = base64.b64decode(token, validate=True).decode().split(".")
            genuine = self.token(source_id, int(issued), int(nonce))
        except (ValueError, binascii.Error) as error:
            raise Forged(token) from error
        _compare(genuine, token)
        return int(issued), int(nonce)

    def fsl(self, key: str, issued: int, expires: int) -> str:
        """`/<32 hex>?expires=<unix>&token=<unix>`: what a page prints before its script changes it."""
        return f"/{key}{self._mac(20, 'fsl', key, issued, expires)}?expires={expires}&token={issued}"

    def read_fsl(self, code: str, expires: str, token: str) -> Reading:
        """Read a link that a page's script has completed with `1` and the minute; raises Forged."""
        issued_text, minute_text = token[:UNIX_DIGITS], token[UNIX_DIGITS:]
        try:
            issued, expiry = int(issued_text), int(expires)
            minute = int(minute_text.removeprefix("1")) if minute_text.startswith("1") else -1
        except ValueError as error:
            raise Forged(token) from error
        _compare(self._mac(20, "fsl", code[:12], issued, expiry), code[12:])
        if minute not in minutes_around(issued):
            raise Forged(token)
        return Reading(code[:12], issued, expiry)

    def fast_id(self, key: str, issued: int) -> str:
        """`<hex>::<hex>`: what a button of the 10gbps server carries."""
        return f"{key}{issued:08x}::{self._mac(24, 'fast-id', key, issued)}"

    def read_fast_id(self, fast_id: str) -> tuple[str, int]:
        """Clip key and issue time; raises Forged."""
        key, issued = fast_id[:12], _hex(fast_id[12:20])
        _compare(self.fast_id(key, issued), fast_id)
        return key, issued

    def fast_file(self, key: str, name: str, issued: int, expires: int) -> str:
        """`/f/<key>/<file name>?Expires=<unix>&Signature=<hex>`: the real link of the 10gbps server."""
        mac = self._mac(24, "fast", key, issued, expires)
        return f"/f/{key}/{quote(name)}?Expires={expires}&Signature={issued:08x}{mac}"

    def read_fast_file(self, key: str, expires: str, signature: str) -> Reading:
        """Read a real link of the 10gbps server; raises Forged."""
        issued = _hex(signature[:8])
        expiry = int(expires) if expires.isdecimal() else 0
        _compare(self._mac(24, "fast", key, issued, expiry), signature[8:])
        return Reading(key, issued, expiry)

    def pixel_id(self, key: str, issued: int, nonce: int) -> str:
        """Eight letters and digits that say nothing to a reader."""
        mac = bytes.fromhex(self._mac(24, "pixel", key, issued, nonce))
        return base64.b64encode(mac, altchars=b"Zz").decode()[:8]


def minutes_around(issued: int) -> set[int]:
    """The minute of the hour at issue and both neighbours: a script runs a moment later, on another clock."""
    minute = issued // 60 % 60
    return {(minute - 1) % 60, minute, (minute + 1) % 60}


def _hex(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError as error:
        raise Forged(text) from error


def _compare(genuine: str, given: str) -> None:
    if not hmac.compare_digest(genuine.encode(), given.encode()):
        raise Forged(given)
