"""Videos are made ahead of time one by one, and never half."""

import asyncio
from pathlib import Path

import pytest

from wellspring_demo.domain.catalogue import Catalogue, Clip, minted_source
from wellspring_demo.media import store as store_module
from wellspring_demo.media.encoder import EncodingFailed, make_clip
from wellspring_demo.media.store import MediaStore


@pytest.fixture
def clips() -> list[Clip]:
    catalogue = Catalogue([])
    source = catalogue.add(minted_source("Ahead of Time", 1, 480, serial=1, year=2026))
    return [catalogue.clip(source, server) for server in source.servers]


def files_in(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


async def test_prewarming_makes_what_is_missing_and_passes_over_what_fails(
    tmp_path: Path, clips: list[Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def picky(clip: Clip, folder: Path, seconds: int, *, gently: bool) -> Path:
        if clip.server == "10gbps":
            raise EncodingFailed("not this one")
        assert gently
        return await make_clip(clip, folder, seconds, gently=gently)

    monkeypatch.setattr(store_module, "make_clip", picky)
    store = MediaStore(tmp_path, seconds=1)
    await store.prewarm(clips)
    assert [store.made_size(clip) is not None for clip in clips] == [True, False, True]
    assert store.made() == 2


async def test_a_video_that_its_visitor_gave_up_is_finished_for_the_next_one(
    tmp_path: Path, clips: list[Clip]
) -> None:
    store = MediaStore(tmp_path, seconds=30)
    making = asyncio.create_task(store.file(clips[0]))
    async with asyncio.timeout(10):
        while not files_in(tmp_path, ".making-*/clip.mp4"):
            await asyncio.sleep(0.005)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    made = await store.file(clips[0])
    assert files_in(tmp_path, "*") == [made]
    assert store.made() == 1


async def test_prewarming_lets_visitors_go_first(tmp_path: Path, clips: list[Clip]) -> None:
    store = MediaStore(tmp_path, seconds=1)
    visitor = asyncio.create_task(store.file(clips[2]))
    await asyncio.sleep(0)  # the visitor asks
    await asyncio.sleep(0)
    await store.prewarm(clips[:1])
    assert visitor.done()
    assert store.made() == 2


async def test_the_encoder_says_why_it_refused(tmp_path: Path, clips: list[Clip]) -> None:
    (tmp_path / "clip.mp4").mkdir()
    with pytest.raises(EncodingFailed, match=r"clip\.mp4"):
        await make_clip(clips[0], tmp_path, 1, gently=False)


async def test_an_estimate_is_near_the_truth(tmp_path: Path, clips: list[Clip]) -> None:
    store = MediaStore(tmp_path)
    size = (await store.file(clips[0])).stat().st_size
    assert store.estimate(clips[0]) == pytest.approx(size, rel=0.3)
    assert size < 1_500_000
