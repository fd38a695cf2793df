"""The uploader is killed at every point of its talk with a platform: each film is out once, in order."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from tests.chaos.upload_points import POINTS, Point
from tests.chaos.uploading import Killing, Uploaded, clock
from tests.contract.targets.grounds import demo_ground
from tests.integration.common.databases import administrator, opened
from tests.integration.uploader.publishing_rig import Rig
from tests.support.platform import FakeTarget, Platform
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_demo.world import running_platforms

PLATFORMS = tuple(POINTS)
Given = Callable[[str, int], AbstractAsyncContextManager[Killing]]


@pytest.fixture
def killing(
    database: FreshDatabase,
    free_port: Callable[[], int],
    nats_own_url_for: Callable[[str], str],
    own_users_prefix: str,
    tmp_path: Path,
) -> Given:
    """Makes a platform, a schedule of so many films, and what an uploader's process needs."""

    @asynccontextmanager
    async def made(platform: str, episodes: int) -> AsyncGenerator[Killing]:
        media = tmp_path / "media"
        media.mkdir()
        async with (
            running_platforms(tmp_path / "world") as world,
            opened(database, "uploader") as held,
            administrator(database) as admin,
        ):
            world.dailymotion.settings.update({"plan": "premium"})
            environment = {
                "PATH": "",
                "WELLSPRING_DATABASE_URL": database.url_for("uploader"),
                "WELLSPRING_NATS_URL": nats_own_url_for("uploader"),
                "WELLSPRING_NATS_PREFIX": own_users_prefix,
                "WELLSPRING_OPS_PORT": str(free_port()),
                "WELLSPRING_ALLOW_PRIVATE_HOSTS": ",".join(world.hosts),
                "WELLSPRING_UPLOADER_MEDIA_DIR": str(media),
                "WELLSPRING_DATA_DIR": str(tmp_path),
            }
            ground = demo_ground(world, platform)
            rig = Rig(held, admin, clock(), media, FakeTarget(Platform(clock())))
            found = Killing(rig, ground, environment, tmp_path / "uploader.log", held)
            try:
                await found.prepare(episodes=episodes)
                yield found
            finally:
                await ground.close()

    return made


async def killed(found: Killing, points: tuple[Point, ...]) -> Uploaded:
    for point in points:
        await found.kill_at(point)
        await found.add_twin()
    await found.to_the_end()
    books = await found.count()
    assert await found.twin() == ("auth_paused", "channel_taken", "planned")
    states = await found.states()
    assert states[: books.films] == ["live"] * books.films, await found.rig.rows("u.state", "u.error_detail")
    assert states[books.films :] == ["needs_fix", "skipped", "removed"]
    assert await found.untrue_ends() == []
    assert (books.kills, books.published) == (len(points), books.films), books
    assert (books.twice, books.drafts, books.out_of_order) == (0, 0, 0), books
    assert books.bearers_on_upload_hosts == 0
    rows = await found.rig.admin.fetch("select video_id, episode_id from uploads.ledger")
    assert {row["video_id"] for row in rows} == {video.id for video in found.ground.videos()}
    facts = await found.rig.admin.fetch("select subject from uploads.outbox")
    assert [row["subject"] for row in facts].count("upload.completed") == books.films
    assert max(tries for (tries,) in await found.rig.rows("u.tries")) <= 2, "a kill is no failure"
    return books


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_kill_around_the_making_of_a_video_makes_no_second_one(
    killing: Given, platform: str, tell: Callable[[object], None]
) -> None:
    async with killing(platform, 2) as found:
        tell(await killed(found, POINTS[platform][:2]))


@pytest.mark.long
@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_kill_at_every_point_of_the_talk_with_a_platform_publishes_each_film_once(
    killing: Given, platform: str, turn: int, tell: Callable[[object], None]
) -> None:
    points = POINTS[platform][:: -1 if turn == 1 else 1]
    async with killing(platform, len(points) + 1) as found:
        tell(await killed(found, points))
