"""What was learned about hosts, for a while and for not too many of them."""

import time
from collections import OrderedDict
from collections.abc import Callable

REMEMBERED_S = 7 * 24 * 3600.0
MOST_HOSTS = 4096


class LearnedHosts:
    """A set of hosts that forgets after a week, and the oldest when it is full."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: OrderedDict[str, float] = OrderedDict()

    def learn(self, host: str) -> None:
        """Remember a host from now on."""
        self._until[host] = self._clock() + REMEMBERED_S
        self._until.move_to_end(host)
        while len(self._until) > MOST_HOSTS:
            self._until.popitem(last=False)

    def knows(self, host: str) -> bool:
        """Return whether the host is remembered."""
        return self._until.get(host, 0.0) > self._clock()

    def forget(self, host: str) -> None:
        """Forget a host."""
        self._until.pop(host, None)
