"""How many refreshes an hour one host of source pages is asked for, by the refresher's real allotment."""

from collections import Counter
from datetime import datetime

from wellspring_refresher.domain.budget import FURTHEST, HOUR, HostHour, Used, Wish, allot, hour_of


class Budget:
    """The hours of every host."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._asked: Counter[HostHour] = Counter()
        self._moved: Counter[HostHour] = Counter()

    def moved_to(self, episode: int, site: int, now: datetime) -> datetime | None:
        """Return when an episode may ask whose turn it is, or nothing where it may at once."""
        host = f"site{site}"
        hour = hour_of(now)
        if self._asked[host, hour] < self._most:
            self._asked[host, hour] += 1
            return None
        hours = [(host, hour + HOUR * ahead) for ahead in range(FURTHEST + 1)]
        used = {each: Used(self._asked[each], self._moved[each]) for each in hours}
        given = allot([Wish(episode, frozenset({host}))], used, most=self._most, now=now)
        self._asked += given.asked
        self._moved += given.moved
        return given.later.get(episode)
