"""Films in segments: fetched by ourselves, packed into one file, resumed at a segment."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.integration.uploader.downloads.films import Films
from tests.integration.uploader.downloads.outside import Outside
from tests.integration.uploader.downloads.rig import Rig
from wellspring_uploader.adapters.ffmpeg import Ffmpeg
from wellspring_uploader.adapters.ffmpeg_child import ffmpeg_binary


@pytest.mark.parametrize("kind", ["ts", "fmp4", "aes"])
async def test_a_stream_becomes_one_file(rig: Rig, outside: Outside, films: Films, kind: str) -> None:
    episode = await rig.episode()
    url = outside.stream("film", films.segments(kind))
    await rig.link(episode, url, kind="stream", container="hls", quality=480)
    row = await rig.bring(episode)
    assert (row["state"], row["error_code"]) == ("succeeded", None)
    film = await rig.film(episode)
    assert film["container"] == "mp4"
    assert film["path"].endswith("S01E001 - 480p.mp4")
    facts = await Ffmpeg().read(rig.folder / film["path"])
    assert 7.4 < facts.duration_s < 8.6
    assert (facts.width, facts.height) == (128, 72)
    assert list((rig.folder / ".parts").iterdir()) == []


async def test_a_stream_goes_on_at_the_segment_where_its_link_died(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    files = films.segments("ts")
    first = outside.stream("one", files)
    del outside.files["one/s5.ts"]
    await rig.link(episode, first, kind="stream", container="hls", server="pixel")
    await rig.link(
        episode, outside.stream("two", files), kind="stream", container="hls", server="zz", quality=480
    )
    row = await rig.bring(episode)
    assert row["state"] == "succeeded"
    asked = [path.removeprefix("two/") for path, _ in outside.asked if path.startswith("two/s")]
    # the first segment and the last one that was there show that it is the same film
    assert sorted(asked) == ["s0.ts", "s4.ts", "s5.ts", "s6.ts", "s7.ts"]


async def test_sound_that_comes_apart_is_in_the_film_and_goes_on_where_its_link_died(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    files = films.segments("apart")
    first = outside.stream("one", files)
    del outside.files["one/sound4.ts"]
    await rig.link(episode, first, kind="stream", container="hls", server="pixel")
    await rig.link(episode, outside.stream("two", files), kind="stream", container="hls", server="zz")
    row = await rig.bring(episode)
    assert (row["state"], row["error_code"]) == ("succeeded", None)
    film = rig.folder / (await rig.film(episode))["path"]
    assert 7.4 < (await Ffmpeg().read(film)).duration_s < 8.6
    assert 7.4 < seconds_of_sound(film) < 8.6
    asked = [path.removeprefix("two/") for path, _ in outside.asked if path.startswith("two/sound")]
    assert "sound4.ts" in asked
    assert not {"sound0.ts", "sound1.ts", "sound2.ts"} & set(asked), "what is there is not fetched again"


async def test_a_stream_whose_clock_begins_anew_on_the_way_is_one_film(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    half = "".join(f"#EXTINF:1,\ns{number}.ts\n" for number in range(4))
    playlist = f"#EXTM3U\n{half}#EXT-X-DISCONTINUITY\n{half}#EXT-X-ENDLIST\n"
    files = {**films.segments("ts"), "list.m3u8": playlist.encode()}
    await rig.link(episode, outside.stream("film", files), kind="stream", container="hls")
    assert (await rig.bring(episode))["state"] == "succeeded"
    facts = await Ffmpeg().read(rig.folder / (await rig.film(episode))["path"])
    assert 7.4 < facts.duration_s < 8.6


async def test_segments_that_hold_less_than_the_playlist_says_are_no_film(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    files = films.segments("ts")
    cut = {name: body[: 188 * 3] for name, body in files.items() if name in {f"s{n}.ts" for n in range(3, 8)}}
    await rig.link(
        episode, outside.stream("one", files | cut), kind="stream", container="hls", server="pixel"
    )
    assert (await rig.bring(episode))["error_code"] == "not_a_film"
    assert await rig.film(episode) is None
    await rig.link(episode, outside.stream("two", files), kind="stream", container="hls", server="zz")
    await rig.due_now(episode)
    assert await rig.once()
    assert (await rig.row(episode))["state"] == "succeeded"


def seconds_of_sound(film: Path) -> float:
    """Return how long the sound of a film is, by itself."""
    command = [ffmpeg_binary(), "-nostdin", "-i", str(film), "-map", "0:a:0", "-c", "copy", "-f", "null"]
    said = subprocess.run(
        [*command, "-progress", "pipe:1", "-"], check=True, capture_output=True, text=True
    ).stdout
    return float(re.findall(r"out_time_us=(\d+)", said)[-1]) / 1e6


async def test_a_master_playlist_leads_to_the_quality_that_is_wanted(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    outside.stream("small", films.segments("ts"))
    outside.stream("large", films.segments("fmp4"))
    master = (
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=1280x720\nlarge/list.m3u8\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=100000,RESOLUTION=640x360\nsmall/list.m3u8\n"
    )
    url = outside.put("master.m3u8", master.encode())
    await rig.link(episode, url, kind="stream", container="hls", quality=None)
    row = await rig.bring(episode, quality=360)
    assert row["state"] == "succeeded"
    assert (await rig.film(episode))["quality"] == 360
    assert not [path for path, _ in outside.asked if path.startswith("large/")]


@pytest.mark.parametrize(
    ("playlist", "code"),
    [
        ("#EXTM3U\n#EXTINF:4,\ns0.ts\n", "live_stream"),
        (
            '#EXTM3U\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://key"\n#EXTINF:4,\ns0.ts\n#EXT-X-ENDLIST\n',
            "encrypted",
        ),
        ("#EXTM3U\n#EXT-X-ENDLIST\n", "bad_playlist"),
        ("#EXTM3U\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", "bad_playlist"),
        ("#EXTM3U\n#EXTINF:4,\nhttp://169.254.169.254/latest\n#EXT-X-ENDLIST\n", "blocked_address"),
        ("#EXTM3U\n#EXTINF:4,\nlist.m3u8\n#EXT-X-ENDLIST\n", "unknown_content"),
    ],
)
async def test_a_playlist_that_makes_no_film_is_left(
    rig: Rig, outside: Outside, playlist: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    episode = await rig.episode()
    url = outside.put("list.m3u8", playlist.encode())
    await rig.link(episode, url, kind="stream", container="hls")
    row = await rig.bring(episode)
    assert (row["state"], row["error_code"]) == ("queued", "waiting_for_links")
    assert f"code={code}" in capsys.readouterr().out
