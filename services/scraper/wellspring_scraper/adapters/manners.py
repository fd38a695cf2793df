"""How a browser behaves towards hosts: who it says it is, and how fast it asks. The same as plain HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from yarl import URL

from wellspring_common.clock import Clock, SystemClock
from wellspring_common.errors import WellspringError
from wellspring_common.fetch.answers import DEFAULT_RETRY_AFTER_S, failure, retry_after, status_code
from wellspring_common.fetch.guard import host_key
from wellspring_common.fetch.pace import Pacer

_LONGEST_QUIET_S = 600.0


@dataclass(frozen=True)
class Manners:
    """One for all browsers. Without a pacer every request goes out at once."""

    user_agent: str | None = None
    pacer: Pacer | None = None
    clock: Clock = field(default_factory=SystemClock)

    async def turn(self, url: str, *, patience_s: float) -> None:
        """Wait for one of the host's turns. Raises `Throttled` when it is further away than `patience_s`."""
        try:
            host = host_key(URL(url)) if url.startswith("http") else ""
        except (ValueError, UnicodeError):  # no host of ours: the way out refuses it
            return
        if self.pacer is not None and host:
            async with self.pacer.turn(host, patience_s=patience_s):
                pass

    def failure(self, status: int, headers: Mapping[str, str]) -> WellspringError | None:
        """Return the error that an answer stands for, if it stands for one."""
        return failure(status, retry_after(headers, self.clock.now()))

    def heard(self, url: str, status: int, headers: Mapping[str, str]) -> None:
        """Leave a host alone that asks for it."""
        wait = retry_after(headers, self.clock.now())
        if self.pacer is not None and status_code(status, wait) == "throttled":
            seconds = DEFAULT_RETRY_AFTER_S if wait is None else wait
            self.pacer.quiet(host_key(URL(url)), min(seconds, _LONGEST_QUIET_S))
