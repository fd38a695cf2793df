"""What only PeerTube does: quotas in bytes."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.contract.targets.grounds import QUICK, AnyGround, card_of, demo_ground, film_in
from wellspring_common.fetch.guard import Guard
from wellspring_demo.world import running_platforms
from wellspring_uploader.domain.refusals import QuotaReached
from wellspring_uploader.targets.registry import Registry


async def deaf(_: int) -> None:
    """Nobody listens."""


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncGenerator[AnyGround]:
    async with running_platforms(tmp_path / "world") as world:
        opened = demo_ground(world, "peertube")
        yield opened
        await opened.close()


async def test_a_quota_that_is_used_up_today_makes_no_film_too_large_for_good(
    ground: AnyGround, tmp_path: Path
) -> None:
    ground.world.state.peertube.settings.update({"daily_quota_bytes": 250_000})
    target, film = ground.target, film_in(tmp_path, size=200_000)
    await target.send(await target.begin(film, card_of()), film, deaf)
    assert (await target.test()).limits == {"largest_bytes": 250_000.0}
    with pytest.raises(QuotaReached):
        await target.begin(film, card_of("Tides - Episode 2", marker="ws-2222222222"))


async def test_a_channel_is_the_same_by_whatever_address_its_instance_is_reached(ground: AnyGround) -> None:
    account = await ground.target.test()
    assert account.identity.startswith(f"peertube:{account.channel}@127.0.0.1:")
    alias = ground.settings["url"].replace("127.0.0.1", "localhost")
    registry = Registry(Guard(frozenset({alias.removeprefix("http://")})), sending=QUICK)
    again = registry.open("peertube", {**ground.settings, "url": alias}, ground.secrets, name="alias")
    try:
        assert (await again.test()).identity == account.identity
    finally:
        await again.close()
