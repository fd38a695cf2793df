"""Which episodes have too few links, told once until they recover or hours pass."""

from datetime import datetime

from wellspring_common.minimum import minimum_servers
from wellspring_health.domain.starving import TOLD_AGAIN

from .servers import QUALITIES


class Hunger:
    """The starved episodes. A link of the model stands for one in each quality."""

    def __init__(self, setting: int) -> None:
        self._minimum = minimum_servers(setting, QUALITIES)
        self._told: dict[int, datetime] = {}

    def is_told(self, episode: int, offered: int, now: datetime) -> bool:
        """Return whether it is news that an episode offers no more than so many links."""
        if self.recovers(episode, offered):
            return False
        told = self._told.get(episode)
        if told is not None and told > now - TOLD_AGAIN:
            return False
        self._told[episode] = now
        return True

    def was_told(self, episode: int) -> bool:
        """Return whether an episode counts as starved."""
        return episode in self._told

    def recovers(self, episode: int, offered: int) -> bool:
        """Forget an episode that offers enough, and return whether it does."""
        if offered * QUALITIES < self._minimum:
            return False
        self._told.pop(episode, None)
        return True
