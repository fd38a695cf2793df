"""A look at a file by the lean way: each host at its own pace, each redirect vetted anew."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from yarl import URL

from wellspring_common.clock import Clock
from wellspring_common.errors import Permanent

from .aim import Aim, Aims
from .chain import REDIRECTS, Hop, next_hop
from .faults import NotHttpError, explain
from .lean import LeanProbes
from .lean_wire import NOT_OURS, LeanAnswer, header_bytes
from .pace import Pacer
from .page import Probe
from .probing import seen
from .wire import FIRST_BYTES

RANGE = {"Accept-Encoding": "identity", "Range": f"bytes=0-{FIRST_BYTES - 1}"}

Note = Callable[[str, int, Mapping[str, str]], None]
"""Hears of each answer's host, status and headers."""


def speaks(headers: Mapping[str, str] | None) -> bool:
    """Return whether a look with these headers can be sent the lean way."""
    return not headers or not any(name.lower() in NOT_OURS for name in headers)


@dataclass(slots=True)
class _Trail:
    hops: list[str] = field(default_factory=list)
    spent_s: float = 0.0


class LeanLooks:
    """Follows redirects at most so many times."""

    def __init__(
        self,
        probes: LeanProbes,
        aims: Aims,
        pacer: Pacer,
        note: Note,
        clock: Clock,
        *,
        user_agent: str,
        redirects: int,
        patience_s: float,
    ) -> None:
        self._probes = probes
        self._aims = aims
        self._pacer = pacer
        self._note = note
        self._clock = clock
        self._redirects = redirects
        self._patience_s = patience_s
        self._base = {"User-Agent": user_agent, "Accept": "*/*"}
        self._plain = header_bytes({**self._base, **RANGE})

    async def look(self, url: str, aim: Aim, headers: Mapping[str, str] | None, until: float) -> Probe:
        """Return what the end of the redirects shows of a file, at the latest `until` by the loop's clock."""
        trail = _Trail()
        block = self._dressed(headers) if headers else self._plain
        answer = await self._ask(aim, block, until, trail)
        if answer.status in REDIRECTS:
            aim, answer = await self._follow(aim, answer, headers or {}, until, trail)
        return seen(
            url,
            "GET",
            answer,
            final_url=aim.url,
            hops=trail.hops,
            spent_s=trail.spent_s,
            clock=self._clock,
        )

    async def _follow(
        self, aim: Aim, answer: LeanAnswer, headers: Mapping[str, str], until: float, trail: "_Trail"
    ) -> tuple[Aim, LeanAnswer]:
        hop = Hop(aim.url, "GET", headers)
        for _ in range(self._redirects + 1):
            here = URL(aim.url, encoded=True)
            target = next_hop(hop, here, answer.status, answer.headers.get("location"))
            if target is None:
                return aim, answer
            trail.hops.append(aim.url)
            if len(trail.hops) > self._redirects:
                break
            hop, aim = target, self._aims.at(target.url)
            answer = await self._ask(aim, self._dressed(hop.headers), until, trail)
        raise too_many(self._redirects)

    async def _ask(self, aim: Aim, headers: bytes, until: float, trail: "_Trail") -> LeanAnswer:
        origin = aim.origin
        held = self._pacer.enter_now(origin.key)
        if held is None:
            async with asyncio.timeout_at(until):
                held = await self._pacer.enter(origin.key, self._patience_s)
        started = time.perf_counter()
        try:
            answer = await self._probes.ask(aim, headers, until)
        except (NotHttpError, OSError, ValueError) as error:
            raise explain(error, origin.host) from error
        finally:
            trail.spent_s += time.perf_counter() - started
            held.leave()
        if answer.status >= 400:  # noqa: PLR2004  (an HTTP status)
            self._note(origin.key, answer.status, answer.headers)
        return answer

    def _dressed(self, headers: Mapping[str, str]) -> bytes:
        given = {name.lower() for name in headers}
        base = {name: text for name, text in self._base.items() if name.lower() not in given}
        ours = {name.lower() for name in RANGE}
        theirs = {name: text for name, text in headers.items() if name.lower() not in ours}
        try:
            return header_bytes({**base, **theirs, **RANGE})
        except ValueError as error:
            raise explain(error, "") from error


def too_many(redirects: int) -> Permanent:
    """Return what ends a chain that is too long."""
    return Permanent(f"More than {redirects} redirects.", code="too_many_redirects")
