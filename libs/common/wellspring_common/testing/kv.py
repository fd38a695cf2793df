"""A bucket in memory: the revisions of the real one, without a broker."""

from wellspring_common.bus.port import Kept
from wellspring_common.errors import DependencyDown


class MemoryValues:
    """The `Values` port in memory. `down` makes everything fail."""

    def __init__(self) -> None:
        self.held: dict[str, Kept] = {}
        self.down = False
        self.puts = 0

    async def get(self, key: str) -> bytes | None:
        """Return the value under a key, or nothing."""
        kept = await self.kept(key)
        return None if kept is None else kept.value

    async def kept(self, key: str) -> Kept | None:
        """Return the value under a key with its revision, or nothing."""
        self._check()
        return self.held.get(key)

    async def put(self, key: str, value: bytes) -> None:
        """Store a value."""
        self._check()
        self.puts += 1
        self.held[key] = Kept(value, self.puts)

    async def swap(self, key: str, value: bytes, revision: int) -> bool:
        """Store a value unless somebody else did since `revision`."""
        self._check()
        held = self.held.get(key)
        if (held.revision if held is not None else 0) != revision:
            return False
        await self.put(key, value)
        return True

    def _check(self) -> None:
        if self.down:
            raise DependencyDown("The bucket is away.")
