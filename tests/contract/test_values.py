"""What every bucket promises, in memory and on NATS."""

import pytest

from tests.contract.worlds import World
from wellspring_common.errors import DependencyDown


class TestValues:
    """The promises of `wellspring_common.bus.port.Values`."""

    async def test_what_was_put_is_there(self, world: World) -> None:
        assert await world.values.get("cooldowns") is None
        await world.values.put("cooldowns", b"{}")
        await world.values.put("cooldowns", b"[]")
        assert await world.values.get("cooldowns") == b"[]"

    async def test_a_swap_needs_the_revision_that_is_there(self, world: World) -> None:
        assert await world.values.swap("rungs", b"one", 0)
        assert not await world.values.swap("rungs", b"two", 0)
        kept = await world.values.kept("rungs")
        assert kept is not None
        assert kept.value == b"one"
        assert await world.values.swap("rungs", b"two", kept.revision)
        assert not await world.values.swap("rungs", b"three", kept.revision)
        assert await world.values.get("rungs") == b"two"

    async def test_a_broker_that_is_away_is_no_missing_value(self, world: World) -> None:
        await world.values.put("rungs", b"one")
        await world.stop()
        with pytest.raises(DependencyDown):
            await world.values.get("rungs")
        with pytest.raises(DependencyDown):
            await world.values.swap("rungs", b"two", 0)
