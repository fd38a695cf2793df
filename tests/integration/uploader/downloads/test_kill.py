"""The uploader as a process of its own, killed in the middle of a film."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.common.waiting import eventually
from tests.integration.uploader.downloads.films import Films
from tests.integration.uploader.downloads.outside import Outside
from tests.integration.uploader.downloads.rig import Rig
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.clock import SystemClock
from wellspring_common.events.downloads import DownloadRequested
from wellspring_common.events.envelope import Envelope
from wellspring_common.ids import uuid7
from wellspring_common.settings import NatsSettings

Starter = Callable[..., Any]


@pytest.fixture
def start(  # noqa: PLR0917  (fixtures)
    database: FreshDatabase,
    free_port: Callable[[], int],
    nats_own_url_for: Callable[[str], str],
    own_users_prefix: str,
    outside: Outside,
    tmp_path: Path,
) -> Starter:
    """Starts the uploader with its own logins."""

    @asynccontextmanager
    async def started() -> AsyncGenerator[asyncio.subprocess.Process]:
        env = {
            "PATH": "",
            "WELLSPRING_DATABASE_URL": database.url_for("uploader"),
            "WELLSPRING_NATS_URL": nats_own_url_for("uploader"),
            "WELLSPRING_NATS_PREFIX": own_users_prefix,
            "WELLSPRING_OPS_PORT": str(free_port()),
            "WELLSPRING_ALLOW_PRIVATE_HOSTS": outside.host,
            "WELLSPRING_UPLOADER_MEDIA_DIR": str(tmp_path / "media"),
            "WELLSPRING_UPLOADER_LEASE": "PT2S",
            "WELLSPRING_UPLOADER_CHECKPOINT": "PT0S",
            "WELLSPRING_DATA_DIR": str(tmp_path),
        }
        with (tmp_path / "uploader.log").open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "wellspring_uploader", env=env, stdout=output, stderr=output
            )
            try:
                yield process
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()

    return started


async def test_a_film_goes_on_where_a_kill_left_it(  # noqa: PLR0917  (fixtures)
    rig: Rig,
    outside: Outside,
    films: Films,
    start: Starter,
    nats_own_url_for: Callable[[str], str],
    own_users_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    episode = await rig.episode()
    gate = asyncio.Event()
    await rig.link(episode, outside.put("a.mp4", films.one, gate=gate, etag='"v"'))
    monkeypatch.setenv("WELLSPRING_NATS_URL", nats_own_url_for("gateway"))
    monkeypatch.setenv("WELLSPRING_NATS_PREFIX", own_users_prefix)
    event = DownloadRequested(
        request_id=uuid4(), title_id=episode.title_id, requested_by="ann", requested_at=SystemClock().now()
    )
    identity = uuid7()
    envelope = Envelope(
        event_id=identity,
        emitted_at=SystemClock().now(),
        correlation_id=identity,
        schema_name=f"{event.subject}/{event.version}",
    )
    async with start() as first:
        async with open_bus(NatsSettings(), service="gateway") as bus:
            await bus.publish(event, envelope)
        await asyncio.wait_for(outside.middle.wait(), 30)
        await eventually(lambda: rig.row(episode), lambda row: row["bytes_done"] > 0, within=20)
        first.send_signal(signal.SIGKILL)
        await first.wait()
    row = await rig.row(episode)
    assert row["state"] == "running"
    kept = row["bytes_done"]
    gate.set()
    async with start() as second:
        row = await rig.until(episode, "succeeded", within=40)
        assert outside.rests("a.mp4")[-1] == f"bytes={kept}-"
        film = await rig.film(episode)
        assert (rig.folder / film["path"]).read_bytes() == films.one
        told = await eventually(lambda: completed(rig), bool, within=10)
        assert [each["media_file_id"] for each in told] == [film["id"]]
        second.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(second.wait(), 10) == 0


async def completed(rig: Rig) -> list[dict[str, Any]]:
    """Return what was published."""
    rows = await rig.admin.fetch(
        "select payload from uploads.outbox where subject = 'download.completed' and state = 'published'"
    )
    return [json.loads(row["payload"]) for row in rows]
