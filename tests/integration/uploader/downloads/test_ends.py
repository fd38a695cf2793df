"""Ends that are no ends: kills, full disks, two uploaders, slow lines."""

import asyncio
import json
import time
from datetime import timedelta

from tests.integration.uploader.downloads.films import Films
from tests.integration.uploader.downloads.outside import Outside
from tests.integration.uploader.downloads.rig import Rig, at_work
from wellspring_common.clock import SystemClock
from wellspring_common.tunables import Tunables
from wellspring_uploader.adapters.downloads_disk import PartFile


async def test_a_worker_that_stops_leaves_what_it_has_to_the_next_one(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    gate = asyncio.Event()
    await rig.link(episode, outside.put("a.mp4", films.one, gate=gate, etag='"v"'))
    await rig.ask(episode)
    async with at_work(rig):
        await asyncio.wait_for(outside.middle.wait(), 10)
        await asyncio.sleep(0.2)  # the bytes of the half are on their way: fewer are fine too
    row = await rig.row(episode)
    assert row["state"] == "queued"
    assert row["claim"] is None
    kept = row["bytes_done"]
    assert 0 < kept <= len(films.one) // 2
    gate.set()
    assert await rig.once()
    assert (rig.folder / (await rig.film(episode))["path"]).read_bytes() == films.one
    assert outside.rests("a.mp4")[-1] == f"bytes={kept}-"


async def test_a_download_of_a_killed_worker_is_taken_when_its_lease_has_ended(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one))
    await rig.ask(episode)
    downloads = rig.parts.worker.ground.downloads
    lost = await downloads.claim(now=SystemClock().now(), lease=timedelta(seconds=5))
    assert lost is not None
    assert not await rig.once()
    later = SystemClock().now() + timedelta(seconds=6)
    job = await downloads.claim(now=later, lease=timedelta(seconds=5))
    assert job is not None
    assert job.id == lost.id
    # whoever slept through it writes nothing any more
    assert not await downloads.checkpoint(lost, lost.part, total=1, now=later, lease=timedelta(seconds=5))
    await rig.parts.worker.runner.run(job)
    assert (await rig.row(episode))["state"] == "succeeded"


async def test_two_processes_never_write_one_part(rig: Rig, outside: Outside, films: Films) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one))
    await rig.ask(episode)
    row = await rig.row(episode)
    held = await PartFile.open(rig.part(row), keep=0)
    try:
        assert await rig.once()
        row = await rig.row(episode)
        assert (row["state"], row["error_code"], row["attempts"]) == ("queued", "part_busy", 0)
    finally:
        held.close()
    await rig.due_now(episode)
    assert await rig.once()
    assert (await rig.row(episode))["state"] == "succeeded"


async def test_a_full_disk_is_waited_for_and_no_try(rig: Rig, outside: Outside, films: Films) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one))
    rig.tunables = Tunables(download_reserve_gib=90_000)
    row = await rig.bring(episode)
    assert (row["state"], row["error_code"], row["attempts"]) == ("queued", "disk_full", 0)
    assert outside.rests("a.mp4") == []
    rig.tunables = Tunables(download_reserve_gib=0)
    await rig.due_now(episode)
    assert await rig.once()
    assert (await rig.row(episode))["state"] == "succeeded"


async def test_a_limit_of_the_line_is_kept(rig: Rig, outside: Outside, films: Films) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one))
    rig.tunables = Tunables(download_reserve_gib=0, download_rate_kib=400)
    began = time.monotonic()
    row = await rig.bring(episode)
    assert row["state"] == "succeeded"
    assert time.monotonic() - began > 0.9  # 600 KiB, half a second of which may be ahead
    running = [each for each in rig.bus.told if each.state == "running"]
    assert 1 <= len(running) <= 2 * (time.monotonic() - began) + 1
    assert running[0].bytes_total == len(films.one)


async def test_a_host_that_wants_to_be_left_alone_is(rig: Rig, outside: Outside, films: Films) -> None:
    episode = await rig.episode()
    url = outside.put("a.mp4", films.one, status=429, headers={"Retry-After": "300"})
    await rig.link(episode, url)
    row = await rig.bring(episode)
    assert (row["state"], row["error_code"], row["attempts"]) == ("queued", "throttled", 0)
    left = row["next_try_at"] - SystemClock().now()
    assert timedelta(seconds=250) < left <= timedelta(seconds=301)
    assert len(outside.asked) == 1


async def test_a_server_that_fails_is_tried_eight_times_and_said(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one, status=500))
    await rig.ask(episode)
    for number in range(1, 9):
        await rig.due_now(episode)
        assert await rig.once()
        row = await rig.row(episode)
        assert (row["attempts"], row["error_code"]) == (number, "server_error")
    assert (await rig.row(episode))["state"] == "failed"
    [told] = await rig.said("download.failed")
    assert (told["attempts"], told["code"]) == (8, "server_error")


async def test_what_was_whole_when_its_name_was_due_is_not_fetched_again(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one))
    first = await rig.bring(episode)
    film = await rig.film(episode)
    finish = {
        "path": film["path"],
        "sha256": film["sha256"].hex(),
        "size": film["size_bytes"],
        "duration_s": film["duration_s"],
        "container": "mp4",
        "quality": 480,
    }
    # as if it had been killed between the rename and the row
    await rig.admin.execute("delete from uploads.media_files")
    await rig.admin.execute(
        "update uploads.downloads set state = 'queued', next_try_at = now(), part = "
        "jsonb_build_object('done', $2::bigint, 'size', $2::bigint, 'finish', $1::jsonb)",
        json.dumps(finish),
        film["size_bytes"],
    )
    asked = len(outside.asked)
    assert await rig.once()
    assert (await rig.row(episode))["state"] == "succeeded"
    assert (await rig.film(episode))["path"] == film["path"]
    assert len(outside.asked) == asked
    assert first["id"] == (await rig.row(episode))["id"]
