"""Random links, cuts and kills: the exact file of one link comes of it, or none."""

import asyncio
import random
from typing import Any

import pytest

from tests.integration.common.library import Episode
from tests.integration.uploader.downloads.films import Films
from tests.integration.uploader.downloads.outside import Outside
from tests.integration.uploader.downloads.rig import Rig
from wellspring_common.clock import SystemClock

HISTORIES = 12
LINKS = 4
RUNS = 12


async def history(rig: Rig, outside: Outside, films: Films, seed: int) -> tuple[Episode, Any]:
    """Let one episode be fetched over links that do as the seed says, and return its row."""
    chance = random.Random(seed)
    episode = await rig.episode()
    for number in range(LINKS):
        body = films.one if chance.random() < 0.6 else films.other
        if chance.random() < 0.2:
            body = body + b"\0\0\0\x09free\0" * chance.randint(1, 9)
        size = len(body)
        url = outside.put(
            f"{seed}/{number}.mp4",
            body,
            ranges=chance.random() < 0.75,
            cuts=[chance.randint(0, size) for _ in range(chance.randint(0, 4))],
            dead_after=chance.choice([None, 1, 2]),
            etag=chance.choice([None, f'"{hash(body)}"']),
            is_chunked=chance.random() < 0.15,
        )
        await rig.link(episode, url, quality=chance.choice([480, 480, 720]))
    await rig.ask(episode)
    worker = rig.parts.worker
    for _ in range(RUNS):
        await rig.due_now(episode)
        job = await worker.ground.downloads.claim(now=SystemClock().now(), lease=worker.ground.lease)
        assert job is not None
        running = asyncio.create_task(worker.runner.run(job))
        if chance.random() < 0.4:
            await asyncio.wait({running}, timeout=chance.uniform(0, 0.2))
            running.cancel()
        await asyncio.wait({running})
        row = await rig.row(episode)
        if row["state"] != "queued":
            break
    return episode, await rig.row(episode)


@pytest.mark.parametrize("seed", range(HISTORIES))
async def test_the_exact_file_of_one_link_comes_of_it_or_none(
    rig: Rig, outside: Outside, films: Films, seed: int
) -> None:
    episode, row = await history(rig, outside, films, seed)
    film = await rig.film(episode)
    assert (film is not None) == (row["state"] == "succeeded"), row
    if film is None:
        assert row["state"] in {"queued", "failed"}
        assert row["error_code"] is not None or row["claim"] is None
        return
    found = (rig.folder / film["path"]).read_bytes()
    served = [file.body for path, file in outside.files.items() if path.startswith(f"{seed}/")]
    assert found in served
    assert len(list(rig.folder.rglob("*.mp4"))) == 1
