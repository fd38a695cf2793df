"""Access tokens: asked for when they are needed, and renewed before they end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog

from wellspring_common.errors import Throttled, Transient

from ..domain.platform_answers import Answer
from ..domain.refusals import CredentialsRefused
from .wire import Wire

RENEWED_AT = 0.85
"""The part of a token's life after which it is used no more, as in the vendor's own player kit."""
DEFAULT_LIFE_S = 600.0
_HIDDEN = "***"
_SCOPE = "invalid_scope"
_TOO_MANY, _SERVER = 429, 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Granted:
    """A token that was given out."""

    token: str = field(repr=False)
    life_s: float
    refresh_token: str | None = field(default=None, repr=False)


class Tokens:
    """Keeps the token of one target. `ask` gets a new one."""

    def __init__(self, ask: Callable[[], Awaitable[Granted]], *, name: str) -> None:
        self._ask = ask
        self._name = name
        self._token: str | None = None
        self._until = 0.0
        self._turn = asyncio.Lock()

    async def current(self) -> str:
        """Return a token that lasts for a while. Raises `CredentialsRefused` and `Transient`."""
        async with self._turn:
            clock = asyncio.get_running_loop().time
            if self._token is None or clock() >= self._until:
                granted = await self._ask()
                self._token, self._until = granted.token, clock() + granted.life_s * RENEWED_AT
                log.info("token.renewed", target=self._name, life_s=round(granted.life_s))
            return self._token

    def forget(self, token: str) -> None:
        """Use a token no more: the platform refused it."""
        if self._token == token:
            self._token = None


async def grant(wire: Wire, url: str, form: Mapping[str, str]) -> Granted:
    """Return what a token endpoint gives out. A key that lacks one of the scopes is asked for all it has."""
    answer = await wire.call("POST", url, form=form)
    if answer.error.code == _SCOPE and "scope" in form:
        answer = await wire.call("POST", url, form={k: v for k, v in form.items() if k != "scope"})
    told = answer.object
    if answer.fine and isinstance(told.get("access_token"), str):
        refresh = told.get("refresh_token")
        return Granted(told["access_token"], _life_s(told), refresh if isinstance(refresh, str) else None)
    raise _refused(answer, form)


def _life_s(told: Mapping[str, object]) -> float:
    found = told.get("expires_in")
    try:
        return max(float(str(found)), 1.0)
    except ValueError:
        return DEFAULT_LIFE_S


def _refused(answer: Answer, form: Mapping[str, str]) -> Exception:
    said = answer.said
    for value in form.values():
        if len(value) > 3:  # noqa: PLR2004  (shorter ones are no secrets)
            said = said.replace(value, _HIDDEN)
    if answer.status == _TOO_MANY:
        return Throttled("Too many tokens were asked for.", retry_after=60.0)
    if answer.status >= _SERVER or answer.status < 400:  # noqa: PLR2004  (no refusal at all)
        return Transient(f"The token host answered {answer.status} without a token.", code="server_error")
    return CredentialsRefused(f"The platform does not take these credentials: {said}")
