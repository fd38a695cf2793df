"""What an operator looks after: settings of the run time, and dead letters."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from wellspring_common.dead_letters import Address, Wanted
from wellspring_common.tunables import TunablesCopy


class RuntimeSettings(Protocol):
    """The truth about run-time settings."""

    async def load(self) -> TunablesCopy:
        """Return the stored settings with their revision."""
        ...

    async def change(self, values: Mapping[str, Any], *, by: int, now: datetime) -> TunablesCopy:
        """Store changed settings and announce them."""
        ...


class Letters(Protocol):
    """Dead letters of every service."""

    @property
    def open(self) -> int:
        """Return how many letters were open when somebody looked last."""
        ...

    async def find(
        self, wanted: Wanted, *, limit: int, cursor: str | None
    ) -> tuple[int, list[dict[str, Any]], str | None]:
        """Return how many letters are meant, a page of them without their contents, and the next cursor."""
        ...

    async def read(self, address: Address) -> dict[str, Any] | None:
        """Return a whole letter."""
        ...

    async def replay(self, address: Address, *, by: str) -> None:
        """Have a letter brought to its consumer again. Raises `Permanent` where that cannot be."""
        ...

    async def drop(self, address: Address, *, by: str, why: str) -> None:
        """Give a letter up for good. Raises `Permanent` where that cannot be."""
        ...
