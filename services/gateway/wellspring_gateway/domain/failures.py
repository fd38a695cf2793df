"""What players met a moment ago, by client, in memory: another process remembers for itself."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

CLIENTS = 2000
EACH = 32
FAILED_FOR = timedelta(minutes=10)
"""So long a link that failed for a client is not offered to it again."""
GOOD_FOR = timedelta(seconds=20)
"""So long a look at a link stands for the next one."""
SAME_PLAY = timedelta(minutes=30)
"""Who opens an address again within this time goes on with the same play."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class _ByClient(Generic[Key, Value]):
    """A few entries of each client, the oldest forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, OrderedDict[Key, tuple[datetime, Value]]] = OrderedDict()

    def put(self, client: str, key: Key, value: Value, *, until: datetime) -> None:
        mine = self._kept.setdefault(client, OrderedDict())
        self._kept.move_to_end(client)
        mine[key] = until, value
        mine.move_to_end(key)
        if len(mine) > EACH:
            mine.popitem(last=False)
        if len(self._kept) > CLIENTS:
            self._kept.popitem(last=False)

    def get(self, client: str, key: Key, *, now: datetime) -> Value | None:
        mine = self._kept.get(client)
        until, value = (mine or OrderedDict()).get(key, (now, None))
        return value if until > now else None


class Failures:
    """The links that failed for a client just now."""

    def __init__(self) -> None:
        self._failed: _ByClient[tuple[int, int], bool] = _ByClient()

    def remember(self, client: str, link_id: int, generation: int, *, now: datetime) -> None:
        """Keep a link from a client for a while. A new URL in its place is another generation."""
        self._failed.put(client, (link_id, generation), True, until=now + FAILED_FOR)  # noqa: FBT003  (the value)

    def has(self, client: str, link_id: int, generation: int, *, now: datetime) -> bool:
        """Return whether a link failed for a client."""
        return self._failed.get(client, (link_id, generation), now=now) is not None


class OpenPlays:
    """The plays that clients are in the middle of: a player opens one address again and again."""

    def __init__(self) -> None:
        self._open: _ByClient[int, tuple[UUID, bool, bool]] = _ByClient()

    def join(
        self, client: str, episode_id: int, *, new: UUID, starts: bool, now: datetime, may_probe: bool = False
    ) -> tuple[UUID, bool]:
        """Return the play of an opening, `new` where there is none, and whether it starts now.

        The first one of a client that `may_probe` is taken for a probe. Whoever plays comes back: Jellyfin
        probes a `.strm` file, and then its player opens it.
        """
        play_id, started, probed = self._open.get(client, episode_id, now=now) or (new, False, False)
        begins = starts and not started and (probed or not may_probe)
        known = play_id, started or begins, probed or (starts and may_probe)
        self._open.put(client, episode_id, known, until=now + SAME_PLAY)
        return play_id, begins


class Looked:
    """The links that were found to play a moment ago: a player that seeks asks again at once."""

    def __init__(self) -> None:
        self._until: OrderedDict[tuple[int, int], datetime] = OrderedDict()

    def remember(self, link_id: int, generation: int, *, now: datetime) -> None:
        """Take a link to play for a while."""
        self._until[link_id, generation] = now + GOOD_FOR
        self._until.move_to_end((link_id, generation))
        if len(self._until) > CLIENTS:
            self._until.popitem(last=False)

    def has(self, link_id: int, generation: int, *, now: datetime) -> bool:
        """Return whether a link was found to play just now."""
        until = self._until.get((link_id, generation))
        return until is not None and until > now

    def forget(self, link_id: int, generation: int) -> None:
        """Take nothing for granted any more: the link failed."""
        self._until.pop((link_id, generation), None)
