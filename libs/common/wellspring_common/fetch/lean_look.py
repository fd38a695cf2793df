"""A look at a file by the lean way: each host at its own pace, each redirect vetted anew."""

import time
from collections.abc import Callable, Mapping

from yarl import URL

from wellspring_common.errors import Permanent

from .chain import REDIRECTS, Hop, Trail, next_hop
from .faults import NotHttpError, explain
from .guard import Guard, host_key
from .lean import LeanProbes
from .lean_wire import NOT_OURS, LeanAnswer, header_bytes
from .pace import Pacer
from .wire import FIRST_BYTES

RANGE = {"Accept-Encoding": "identity", "Range": f"bytes=0-{FIRST_BYTES - 1}"}

Note = Callable[[str, int, Mapping[str, str]], None]
"""Hears of each answer's host, status and headers."""


def speaks(headers: Mapping[str, str] | None) -> bool:
    """Return whether a look with these headers can be sent the lean way."""
    return not headers or not any(name.lower() in NOT_OURS for name in headers)


class LeanLooks:
    """Follows redirects at most so many times. Whoever asks bounds the whole in time."""

    def __init__(
        self,
        probes: LeanProbes,
        guard: Guard,
        pacer: Pacer,
        note: Note,
        *,
        user_agent: str,
        redirects: int,
        patience_s: float,
    ) -> None:
        self._probes = probes
        self._guard = guard
        self._pacer = pacer
        self._note = note
        self._redirects = redirects
        self._patience_s = patience_s
        self._base = {"User-Agent": user_agent, "Accept": "*/*"}
        self._plain = header_bytes({**self._base, **RANGE})

    async def look(self, url: URL, headers: Mapping[str, str] | None) -> tuple[LeanAnswer, Trail]:
        """Return the answer at the end of the redirects. `url` is one that was vetted."""
        trail = Trail(url)
        answer = await self._ask(trail, headers)
        if answer.status not in REDIRECTS:
            return answer, trail
        hop = Hop(str(url), "GET", headers or {})
        for _ in range(self._redirects):
            target = next_hop(hop, trail.url, answer.status, answer.headers.get("location"))
            if target is None:
                return answer, trail
            trail.hops.append(str(trail.url))
            hop, trail.url = target, self._guard.vet(target.url)
            answer = await self._ask(trail, hop.headers)
        if next_hop(hop, trail.url, answer.status, answer.headers.get("location")) is None:
            return answer, trail
        raise too_many(self._redirects)

    async def _ask(self, trail: Trail, headers: Mapping[str, str] | None) -> LeanAnswer:
        url = trail.url
        host = host_key(url)
        async with self._pacer.turn(host, patience_s=self._patience_s):
            started = time.perf_counter()
            try:
                answer = await self._probes.ask(url, self._dressed(headers) if headers else self._plain)
            except (NotHttpError, OSError, ValueError) as error:
                raise explain(error, url.host or host) from error
            finally:
                trail.spent_s += time.perf_counter() - started
            if answer.status >= 400:  # noqa: PLR2004
                self._note(host, answer.status, answer.headers)
            return answer

    def _dressed(self, headers: Mapping[str, str]) -> bytes:
        given = {name.lower() for name in headers}
        base = {name: text for name, text in self._base.items() if name.lower() not in given}
        ours = {name.lower() for name in RANGE}
        theirs = {name: text for name, text in headers.items() if name.lower() not in ours}
        return header_bytes({**base, **theirs, **RANGE})


def too_many(redirects: int) -> Permanent:
    """Return what ends a chain that is too long."""
    return Permanent(f"More than {redirects} redirects.", code="too_many_redirects")
