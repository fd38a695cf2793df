"""The record of every request that the demo world has served."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 20_000


@dataclass
class Entry:
    """One request, filled in while it is served."""

    target: str
    method: str
    path: str
    range: str | None
    referer: str | None
    user_agent: str | None
    peer: str
    at: float
    """World time at arrival, in Unix seconds."""
    monotonic: float
    """Seconds on this process's own clock, which no test can move: for gaps between requests."""
    open: int
    """Requests that this host was serving at arrival, this one included."""
    status: int = 0
    """0 while nothing was answered, and for a connection that was cut."""
    bytes: int = 0
    """Body bytes sent so far."""
    authorization: str | None = None
    """The scheme of the Authorization header, without what it proves."""
    content_range: str | None = None
    content_length: int | None = None
    """Bytes that the request's head promises."""
    received: int = 0
    """Bytes of an upload taken in so far."""


class RequestLog:
    """The last requests, oldest first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._entries: deque[Entry] = deque(maxlen=kept)

    def add(self, entry: Entry) -> Entry:
        """Keep an entry; the oldest falls out when the log is full."""
        self._entries.append(entry)
        return entry

    def entries(self, target: str | None = None) -> list[Entry]:
        """The requests of one host, or of all."""
        return [entry for entry in self._entries if target in {None, entry.target}]

    def as_json(self, target: str | None = None) -> list[dict[str, Any]]:
        """The same as JSON."""
        return [asdict(entry) for entry in self.entries(target)]

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)
