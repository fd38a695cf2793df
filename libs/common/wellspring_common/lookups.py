"""An event loop that no name server can hold up at its end."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import Any


class LookupLoop(asyncio.SelectorEventLoop):
    """Looks names up in threads of their own, which end with the process and not before it.

    asyncio uses its pool of threads for that and waits for them when it ends: a name server that keeps silent
    would delay a stop by its whole time-out, which is ten seconds or more, and starve the pool before.
    """

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002  (the name is asyncio's)
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """Return what `socket.getaddrinfo` does."""
        return await self._apart(partial(socket.getaddrinfo, host, port, family, type, proto, flags))

    async def _apart(self, work: Callable[[], list[Any]]) -> list[Any]:
        answer: asyncio.Future[list[Any]] = self.create_future()

        def take(found: list[Any] | Exception) -> None:
            if answer.done():  # nobody waits for it any more
                return
            if isinstance(found, Exception):
                answer.set_exception(found)
            else:
                answer.set_result(found)

        def run() -> None:
            found: list[Any] | Exception
            try:
                found = work()
            except Exception as error:  # noqa: BLE001  (it is raised where the answer is waited for)
                found = error
            with suppress(RuntimeError):  # the loop is closed
                self.call_soon_threadsafe(take, found)

        Thread(target=run, name="look up", daemon=True).start()
        return await answer
