"""The exchange of a mirror for its player: two actions that change, and nonces that work once."""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

PERIOD_S = 600
"""How long an action keeps its name, and a nonce its worth."""


class Exchange:
    """Names the two actions of its time, and takes each nonce back once."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._turn = 0
        self._nonces: dict[str, float] = {}

    def actions(self, now: float) -> tuple[str, str]:
        """The names that ask for a nonce and for a player, 32 hexadecimal digits each."""
        return self._named("nonce", now), self._named("player", now)

    def rotate(self) -> None:
        """Give both actions new names at once; every nonce that is out is worth nothing."""
        self._turn += 1
        self._nonces.clear()

    def asks_nonce(self, action: str, now: float) -> bool:
        """Whether this action asks for a nonce, under its name of now or of the period before."""
        return action in {self._named("nonce", now), self._named("nonce", now - PERIOD_S)}

    def asks_player(self, action: str, now: float) -> bool:
        """Whether this action asks for a player."""
        return action in {self._named("player", now), self._named("player", now - PERIOD_S)}

    def nonce(self, now: float) -> str:
        """A fresh nonce."""
        self._nonces = {made: until for made, until in self._nonces.items() if until > now}
        made = secrets.token_hex(5)
        self._nonces[made] = now + PERIOD_S
        return made

    def take(self, nonce: str, now: float) -> bool:
        """Whether this nonce is good: once, and only while it is young."""
        return self._nonces.pop(nonce, 0.0) > now

    def _named(self, role: str, now: float) -> str:
        text = f"{role}|{self._turn}|{int(now // PERIOD_S)}"
        return hmac.new(self._secret, text.encode(), hashlib.md5).hexdigest()


def packed(content: dict[str, Any]) -> str:
    """JSON in base64, as a mirror carries it."""
    return base64.b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()


def player_answer(url: str) -> dict[str, str]:
    """The answer to a good exchange: a frame as HTML, in base64."""
    frame = (
        '<div class="responsive-embed-stream"><iframe src="'
        f'{url}" width="100%" height="100%" allowfullscreen="true"></iframe></div>'
    )
    return {"data": base64.b64encode(frame.encode()).decode()}
