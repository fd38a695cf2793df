"""Films that play are believed whatever they are made of, damaged ones are not, by any ffmpeg."""

import subprocess
from pathlib import Path

import imageio_ffmpeg  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.integration.uploader.downloads.films import mangled
from wellspring_uploader.adapters.ffmpeg import Ffmpeg
from wellspring_uploader.adapters.ffmpeg_child import ffmpeg_binary
from wellspring_uploader.domain.downloads_ends import DamagedFilm, NotAFilm

BINARIES = sorted({ffmpeg_binary(), str(imageio_ffmpeg.get_ffmpeg_exe())})
SECONDS = 20
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
MADE = {
    "plain.mp4": (*X264, "-g", "48", "-movflags", "+faststart"),
    "fragments.mp4": (*X264, "-g", "48", "-movflags", "+frag_keyframe+empty_moov"),
    "one_key.mp4": (*X264, "-g", "10000"),
    "no_key.mp4": (*X264, "-g", "24", "-x264-params", "intra-refresh=1"),
    "open.mkv": (*X264, "-g", "24", "-bf", "3", "-x264-params", "open-gop=1"),
    "silent.mp4": (*X264, "-an"),
    "vp8.webm": ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis"),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"),
    "mpeg4.avi": ("-c:v", "mpeg4", "-c:a", "libmp3lame"),
    "air.ts": ("-c:v", "mpeg2video", "-c:a", "mp2"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("watched")
    source = ("-f", "lavfi", "-i", f"testsrc2=size=160x90:rate=12:duration={SECONDS}")
    sound = ("-f", "lavfi", "-i", f"sine=frequency=220:duration={SECONDS}")
    for name, how in MADE.items():
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-nostdin", *source, *sound, *how]
        subprocess.run([*command, str(made / name)], check=True)
    air = (made / "air.ts").read_bytes()
    (made / "came_in_late.ts").write_bytes(air[188 * (len(air) // 188 // 9) :])
    return made


@pytest.mark.parametrize("binary", BINARIES)
@pytest.mark.parametrize("name", [*MADE, "came_in_late.ts"])
async def test_a_film_that_plays_is_believed(folder: Path, name: str, binary: str) -> None:
    facts = await Ffmpeg(binary).read(folder / name)
    assert SECONDS * 0.8 < facts.duration_s < SECONDS * 1.1
    assert facts.has_sound == (name != "silent.mp4")


@pytest.mark.parametrize("binary", BINARIES)
@pytest.mark.parametrize("name", ["plain.mp4", "one_key.mp4", "silent.mp4"])
async def test_zeros_in_the_middle_are_seen(folder: Path, tmp_path: Path, name: str, binary: str) -> None:
    damaged = tmp_path / name
    damaged.write_bytes(mangled((folder / name).read_bytes()))
    with pytest.raises(DamagedFilm, match="cannot be decoded"):
        await Ffmpeg(binary).read(damaged)


@pytest.mark.parametrize("binary", BINARIES)
@pytest.mark.parametrize("name", ["open.mkv", "vp8.webm", "vp9.webm"])
async def test_a_hole_in_a_stream_of_clusters_is_seen(
    folder: Path, tmp_path: Path, name: str, binary: str
) -> None:
    whole, damaged = (folder / name).read_bytes(), tmp_path / name
    since, until = len(whole) // 5, len(whole) * 4 // 5
    damaged.write_bytes(whole[:since] + bytes(until - since) + whole[until:])
    with pytest.raises(NotAFilm, match=r"seconds are missing|It ends after"):
        await Ffmpeg(binary).read(damaged)


@pytest.mark.parametrize("binary", BINARIES)
async def test_one_broken_picture_is_borne(folder: Path, tmp_path: Path, binary: str) -> None:
    film = bytearray((folder / "plain.mp4").read_bytes())
    film[len(film) // 2] ^= 0xFF
    (tmp_path / "a.mp4").write_bytes(film)
    assert (await Ffmpeg(binary).read(tmp_path / "a.mp4")).container == "mp4"


@pytest.mark.parametrize("patience_s", [0.0, 0.05])
async def test_what_takes_too_long_here_says_nothing_about_a_film(
    folder: Path, patience_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wellspring_uploader.adapters.ffmpeg.WATCH_S", patience_s)
    assert (await Ffmpeg().read(folder / "plain.mp4")).has_sound
