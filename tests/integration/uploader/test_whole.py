"""The uploader as a process on the demo world's platforms: asked, killed, and once in order."""

import hashlib
import json
import signal
from collections.abc import AsyncGenerator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.contract.targets.grounds import AnyGround, demo_ground
from tests.integration.common.waiting import eventually
from tests.integration.uploader.conftest import Service, Starter
from wellspring_cli.embedded.nats import Nats
from wellspring_common.bus.nats.bus import NatsBus, open_bus
from wellspring_common.errors import DependencyDown
from wellspring_common.settings import NatsSettings
from wellspring_common.uploading import Question
from wellspring_demo.domain.platforms.boxes import tiny_film
from wellspring_demo.world import running_platforms

CHOICES = {"is_for_kids": False, "visibility": "public", "category": "shortfilms"}
EPISODES = 3


@pytest.fixture
async def gateway(nats_server: Nats, topology: str) -> AsyncGenerator[NatsBus]:
    settings = NatsSettings(nats_url=SecretStr(nats_server.url()), nats_prefix=topology)
    async with open_bus(settings, service="gateway") as bus:
        yield bus


@pytest.fixture
def start(uploader: Starter, nats_server: Nats, topology: str) -> Callable[..., Any]:
    return partial(uploader, nats_server.url(), topology)


async def ask(bus: NatsBus, question: Question, **asked: Any) -> dict[str, Any]:
    payload = json.dumps({"asked_by": "anna", "requested_by": "anna", **asked}).encode()
    answer: dict[str, Any] = json.loads(await bus.ask(f"ask.uploader.{question}", payload, patience_s=30))
    return answer


async def add_series(admin: Any, folder: Path) -> int:
    """Store a title with films that the demo's platforms take."""
    title_id: int = await admin.fetchval(
        "insert into catalog.titles (kind, title, slug, rights) values ('series', 'Tides', 'tides', 'owned') "
        "returning id"
    )
    for number in range(1, EPISODES + 1):
        episode_id = await admin.fetchval(
            "insert into catalog.episodes (title_id, number) values ($1, $2) returning id", title_id, number
        )
        data = tiny_film(60 + number, 300_000)
        (folder / f"{number}.mp4").write_bytes(data)
        await admin.execute(
            "insert into uploads.media_files (episode_id, title_id, path, size_bytes, sha256, duration_s, "
            "container, origin) values ($1, $2, $3, $4, $5, $6, 'mp4', 'brought')",
            episode_id,
            title_id,
            f"{number}.mp4",
            len(data),
            hashlib.sha256(data).digest(),
            60.0 + number,
        )
    return title_id


async def states(admin: Any) -> list[str]:
    rows = await admin.fetch("select state from uploads.uploads order by ordinal")
    return [row["state"] for row in rows]


@pytest.mark.long
@pytest.mark.parametrize("name", ["dailymotion-v2", "dailymotion-legacy", "peertube"])
async def test_a_series_goes_out_although_the_process_is_killed(
    start: Callable[..., Any], gateway: NatsBus, admin: Any, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "media"
    folder.mkdir()
    title_id = await add_series(admin, folder)
    async with running_platforms(tmp_path / "world") as world:
        ground = demo_ground(world, name)
        more = {
            "data_dir": str(tmp_path / "data"),
            "uploader_media_dir": str(folder),
            "allow_private_hosts": ",".join(world.hosts),
            "uploader_look_first_s": "0.5",
            "uploader_confirm_over_s": "1",
            "uploader_retry_after_s": "[0.5]",
            "uploader_upload_poll_s": "1",
        }
        async with start(**more) as first:
            await first.until_ready()
            await schedule(gateway, ground, title_id)
            await eventually(
                lambda: states(admin), lambda found: any(one in found for one in MIDDLE), within=60
            )
            first.process.send_signal(signal.SIGKILL)
            await first.process.wait()
        async with start(**more) as second:
            await second.until_ready()

            async def later() -> list[str]:
                ground.later(30)
                return await states(admin)

            await eventually(later, lambda found: found == ["live"] * EPISODES, within=120)
            assert_no_secret(second, ground)
        videos = ground.videos()
        await ground.close()
    assert sorted(video.title for video in videos) == [f"Tides - Episode {n}" for n in range(1, EPISODES + 1)]
    assert all(video.is_public for video in videos)
    order = await admin.fetch("select number from uploads.uploads order by published_at")
    assert [int(row["number"]) for row in order] == list(range(1, EPISODES + 1))


MIDDLE = ("sending", "sent", "create_intent", "created", "publish_intent", "published", "encoding")


async def schedule(gateway: NatsBus, ground: AnyGround, title_id: int) -> None:
    """Make the target and put the series on it, as the gateway asks."""
    while True:
        try:
            made = await ask(
                gateway,
                Question.SAVE_TARGET,
                name="demo",
                kind=ground.kind,
                settings=ground.settings,
                secrets=ground.secrets,
                interval_s=1,
            )
            break
        except DependencyDown:
            continue
    assert made["ok"], made
    assert (await ask(gateway, Question.PRESENCE))["ok"]
    assert (await ask(gateway, Question.SCHEDULE, title_id=999, choices=CHOICES))["code"] == "title_not_found"
    said = await ask(gateway, Question.SCHEDULE, title_id=title_id, choices=CHOICES)
    assert (said["ok"], said["episodes"]) == (True, EPISODES)


def assert_no_secret(service: Service, ground: AnyGround) -> None:
    log = service.log.read_text(encoding="utf-8")
    assert not [secret for secret in ground.secrets.values() if len(secret) > 8 and secret in log]
