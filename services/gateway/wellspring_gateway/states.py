"""What the player needs of an episode, with what was last known while Postgres is away."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from decimal import Decimal
from typing import Generic, TypeVar

from wellspring_common.errors import DependencyDown

from .domain.state import EpisodeState
from .domain.titles import EpisodeHead
from .ports import Catalog

KEPT = 2000

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class _Known(Generic[Key, Value]):
    """The last answers to one question, the oldest forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    async def ask(self, key: Key, ask: Callable[[], Awaitable[Value | None]]) -> tuple[Value | None, bool]:
        """Return the answer, and whether it is only what was known before.

        Raises `DependencyDown` when nobody answers and nothing is known.
        """
        try:
            answer = await ask()
        except DependencyDown:
            if key not in self._kept:
                raise
            return self._kept[key], True
        self._kept.pop(key, None)
        if answer is not None:
            self._kept[key] = answer
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return answer, False


class States:
    """Reads episodes from Postgres, and remembers the last ones for when that fails."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._states: _Known[int, EpisodeState] = _Known()
        self._heads: _Known[int, EpisodeHead] = _Known()
        self._names: _Known[tuple[str, Decimal], EpisodeHead] = _Known()

    async def read(self, episode_id: int) -> tuple[EpisodeState | None, bool]:
        """Return a state, and whether it is only what was known before. Raises `DependencyDown`."""
        return await self._states.ask(episode_id, lambda: self._catalog.state(episode_id))

    async def head(self, episode_id: int) -> EpisodeHead | None:
        """Return an episode by its id. Raises `DependencyDown`."""
        return (await self._heads.ask(episode_id, lambda: self._catalog.episode(episode_id)))[0]

    async def named(self, show: str, number: Decimal) -> EpisodeHead | None:
        """Return an episode by its show and number. Raises `DependencyDown`."""
        asked = (show.casefold(), number)
        return (await self._names.ask(asked, lambda: self._catalog.find_episode(show, number)))[0]

    async def neighbours(self, head: EpisodeHead) -> tuple[int | None, int | None]:
        """Return the ids of the episodes before and after, neither while Postgres is away."""
        try:
            return await self._catalog.neighbours(head)
        except DependencyDown:
            return None, None
