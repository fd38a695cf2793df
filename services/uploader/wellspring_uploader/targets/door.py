"""The API of a platform: one origin, which alone gets the bearer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

import structlog
from aiohttp.payload import Payload

from wellspring_common.errors import WellspringError

from ..domain.platform_answers import Answer
from ..domain.refusals import OutcomeUnknown, QuotaReached
from .tokens import Tokens
from .wire import Interrupted, Wire

_UNAUTHORIZED = 401

log = structlog.get_logger(__name__)


def by_status(answer: Answer) -> bool:
    """Return whether an answer is about the token, as HTTP says it."""
    return answer.status == _UNAUTHORIZED


class Door:
    """Calls to an API with a token, which is renewed once where the platform says so."""

    def __init__(
        self,
        wire: Wire,
        origin: str,
        tokens: Tokens,
        *,
        name: str,
        wants_token: Callable[[Answer], bool] = by_status,
    ) -> None:
        self._wire = wire
        self._origin = origin
        self._tokens = tokens
        self._name = name
        self._wants_token = wants_token

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        creating: bool = False,
    ) -> Answer:
        """Return the answer, whatever its status: after a second 401 that one.

        Raises `OutcomeUnknown` where a `creating` call was on its way, else `Transient`.
        """

        async def once(token: Mapping[str, str]) -> Answer:
            sent = {**(headers or {}), **token}
            return await self._wire.call(
                method, self._origin + path, headers=sent, query=query, form=form, body=body
            )

        try:
            return await self._with_token(once)
        except Interrupted as error:
            if creating:
                raise OutcomeUnknown(error.message) from error
            raise

    async def send(
        self, method: str, path: str, payload: Callable[[], Payload], headers: Mapping[str, str]
    ) -> Answer:
        """Return the answer to bytes of a film, which this API takes itself. Raises as `Wire.send` does."""

        async def once(token: Mapping[str, str]) -> Answer:
            return await self._wire.send(method, self._origin + path, payload(), {**headers, **token})

        return await self._with_token(once)

    async def _with_token(self, once: Callable[[Mapping[str, str]], Awaitable[Answer]]) -> Answer:
        answer = await self._tried(once)
        return await self._tried(once) if self._wants_token(answer) else answer

    async def _tried(self, once: Callable[[Mapping[str, str]], Awaitable[Answer]]) -> Answer:
        token = await self._tokens.current()
        answer = await once({"Authorization": f"Bearer {token}"})
        if self._wants_token(answer):
            self._tokens.forget(token)
        return answer

    def refused(self, error: WellspringError, answer: Answer, doing: str) -> WellspringError:
        """Note a refusal in the log, with what the platform's support asks for, and return it."""
        raw = error.raw if isinstance(error, QuotaReached) else None
        log.warning(
            "platform.refused",
            target=self._name,
            doing=doing,
            status=answer.status,
            code=error.code,
            platform_code=answer.error.code or None,
            correlation_id=answer.error.correlation_id or answer.headers.get("x-correlation-id"),
            raw=raw,
        )
        return error


def part(text: str) -> str:
    """Return a text as one part of a path."""
    return quote(text, safe="")
