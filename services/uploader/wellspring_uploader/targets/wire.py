"""The way to a platform: vetted, without redirects, and frank about what may have been done."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import aiohttp
from aiohttp.payload import Payload
from yarl import URL

from wellspring_common.errors import Permanent, Transient, WellspringError
from wellspring_common.fetch.aio import CLIENT_ERRORS, explain_aiohttp, guarded_session
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.resolve import Lookup, VettingResolver, system_lookup
from wellspring_common.fetch.wire import headers_of, read_body
from wellspring_common.release import VERSION

from ..domain.platform_answers import Answer
from ..domain.refusals import CredentialsRefused
from .settings import SendingSettings

CONNECTIONS = 8
LARGEST_ANSWER = 4 * 1024 * 1024
_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


class Interrupted(Transient):
    """A request that was on its way when something went wrong: it may have been carried out."""


class Wire:
    """Carries requests. Bearers are its callers' business: it adds none, and follows no redirect with one."""

    def __init__(self, guard: Guard, settings: SendingSettings, *, lookup: Lookup = system_lookup) -> None:
        self._guard = guard
        self._resolver = VettingResolver(guard, lookup)
        self.settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        """Return the answer to a short request, whatever its status. `body` is sent as JSON.

        Raises `Interrupted` where it may have been carried out, and any other `WellspringError` where it was
        not.
        """
        sent: dict[str, str] = {**(headers or {})}
        data: bytes | Mapping[str, str] | None = form
        if body is not None:
            data, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        timeout = aiohttp.ClientTimeout(total=self.settings.call_s, sock_connect=self.settings.connect_s)
        return await self._carried(method, self._vetted(url, query), sent, data, timeout)

    async def send(self, method: str, url: str, payload: Payload, headers: Mapping[str, str]) -> Answer:
        """Return the answer to a request with a film in it. Raises as `call` does.

        There is no time for it as a whole: the payload says when it is stuck, and after the last byte the
        answer is waited for as long as the settings say.
        """
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=self.settings.connect_s, sock_read=self.settings.answer_s
        )
        return await self._carried(method, self._vetted(url, None), dict(headers), payload, timeout)

    def _vetted(self, url: str, query: Mapping[str, str] | None) -> URL:
        try:
            vetted = self._guard.vet(url)
        except Permanent as error:
            raise _out_of_reach(error) from error
        return vetted.update_query(query) if query else vetted

    async def _carried(
        self, method: str, url: URL, headers: dict[str, str], data: Any, limits: aiohttp.ClientTimeout
    ) -> Answer:
        # A connection of one's own for each: one that the other side has just closed would make a request's
        # outcome unknown, and there are only a few in an hour.
        headers |= {"Connection": "close", "Accept": "application/json", "Accept-Encoding": "identity"}
        host, began = url.host or "", False
        try:
            async with self._open().request(
                method, url, headers=headers, data=data, timeout=limits, allow_redirects=False
            ) as response:
                began = True
                body = await read_body(response, LARGEST_ANSWER)
                return Answer(response.status, headers_of(response), body)
        except _NEVER_SENT as error:
            found = explain_aiohttp(error, host)
            raise _out_of_reach(found) if isinstance(found, Permanent) else found from error
        except (*CLIENT_ERRORS, TimeoutError) as error:
            found = _own(error) or explain_aiohttp(error, host)
            if isinstance(found, Permanent) and not began:
                raise found from error
            raise Interrupted(found.message, code=found.code) from error
        except WellspringError as error:  # the answer is too large, or its compression broken
            raise Interrupted(error.message, code=error.code) from error

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = guarded_session(
                self._guard,
                self._resolver,
                connections=CONNECTIONS,
                connect_s=self.settings.connect_s,
                user_agent=f"Wellspring/{VERSION}",
            )
            # The library repeats a PUT by itself when the connection is lost: the last one of a film makes a
            # video, and would make a second.
            self._session._retry_connection = False  # noqa: SLF001
        return self._session

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            with suppress(Exception):
                await self._session.close()
            self._session = None


def _out_of_reach(error: Permanent) -> CredentialsRefused:
    """Return what an address that may not be reached means: no film is at fault, and all of them wait."""
    return CredentialsRefused(
        f"{error.message} If it is yours, open it by WELLSPRING_ALLOW_PRIVATE_HOSTS.", code=error.code
    )


def _own(error: BaseException) -> WellspringError | None:
    """Return what a payload of ours raised: the library wraps it."""
    found: BaseException | None = error
    for _ in range(8):
        if found is None or isinstance(found, WellspringError):
            return found
        found = found.__cause__ or found.__context__
    return None
