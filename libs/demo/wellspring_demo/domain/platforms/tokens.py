"""Access tokens that carry what they are good for, signed with the world's secret.

They have the three parts of a JWT, as those of the newest API have: whoever holds one need not read it.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Grant:
    """What a token says."""

    realm: str
    """Who gave it out: `legacy`, `partner`, `v2` or `peertube`. No other takes it."""
    kind: str
    """How it was got: `client_credentials`, `password` or `refresh_token`."""
    scopes: tuple[str, ...]
    expires: float
    epoch: int
    """Counts how often all tokens were revoked before this one was made."""
    serial: int
    refreshes: bool = False
    """Whether it is good only for getting another one."""


class TokenWriter:
    """Writes and reads tokens."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def write(self, grant: Grant) -> str:
        """The token for a grant."""
        head = _packed(b'{"alg":"HS256","typ":"JWT"}')
        body = _packed(json.dumps(asdict(grant)).encode())
        return f"{head}.{body}.{self._mac(head, body)}"

    def read(self, token: str) -> Grant | None:
        """What a genuine token says, however old; None for any other text."""
        head, _, rest = token.partition(".")
        body, _, mac = rest.partition(".")
        if not hmac.compare_digest(self._mac(head, body).encode(), mac.encode()):
            return None
        try:
            told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (ValueError, binascii.Error):
            return None
        return Grant(**{**told, "scopes": tuple(told["scopes"])})

    def _mac(self, head: str, body: str) -> str:
        return _packed(hmac.new(self._secret, f"{head}.{body}".encode(), hashlib.sha256).digest())


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
