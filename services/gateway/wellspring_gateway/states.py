"""Episode states, with what was last known while Postgres is away."""

from collections import OrderedDict

from wellspring_common.errors import DependencyDown

from .domain.state import EpisodeState
from .ports import Catalog

KEPT = 2000


class States:
    """Reads an episode's state from Postgres, and remembers the last ones for when that fails."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._kept: OrderedDict[int, EpisodeState] = OrderedDict()

    async def read(self, episode_id: int) -> tuple[EpisodeState | None, bool]:
        """Return a state, and whether it is only what was known before.

        Raises `DependencyDown` when Postgres is away and the episode was never read.
        """
        try:
            state = await self._catalog.state(episode_id)
        except DependencyDown:
            kept = self._kept.get(episode_id)
            if kept is None:
                raise
            return kept, True
        if state is None:
            self._kept.pop(episode_id, None)
        else:
            self._kept[episode_id] = state
            self._kept.move_to_end(episode_id)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return state, False
