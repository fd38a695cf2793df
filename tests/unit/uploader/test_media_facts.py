"""What ffmpeg prints about a film."""

import pytest

from wellspring_uploader.domain.media_facts import facts_in, lines_of

FILM = """Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:/media/a.mp4':
  Metadata:
    title           : Duration: 99:00:00.00
  Duration: 01:02:03.50, start: 0.000000, bitrate: 120 kb/s
  Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p, 1920x804 [SAR 1:1], 25 fps
  Stream #0:1[0x2](und): Audio: aac (LC)
"""


def test_a_film_has_its_container_duration_and_size() -> None:
    found = facts_in(FILM)
    assert found is not None
    assert (found.container, found.duration_s, found.width, found.height) == ("mp4", 3723.5, 1920, 804)


@pytest.mark.parametrize(
    ("name", "container"),
    [("matroska,webm", "mkv"), ("mpegts", "mpegts"), ("avi", "other"), ("webm", "webm")],
)
def test_containers_have_our_names(name: str, container: str) -> None:
    found = facts_in(FILM.replace("mov,mp4,m4a,3gp,3g2,mj2", name))
    assert found is not None
    assert found.container == container


@pytest.mark.parametrize(
    "text",
    [
        "",
        "file:/x: Invalid data found when processing input",
        FILM.replace("Video: h264", "Subtitle: srt"),
        FILM.replace("25 fps", "25 fps (attached pic)"),
    ],
)
def test_what_has_no_picture_is_no_film(text: str) -> None:
    assert facts_in(text) is None


def test_a_film_may_not_say_how_long_it_is_and_have_no_sound() -> None:
    bare = FILM.replace("Duration: 01:02:03.50", "Duration: N/A").replace("Audio: aac", "Data: bin")
    found = facts_in(bare)
    assert found is not None
    assert (found.duration_s, found.has_sound) == (0, False)
    whole = facts_in(FILM)
    assert whole is not None
    assert whole.has_sound


@pytest.mark.parametrize(
    ("height", "width", "lines"),
    [
        (1080, 1920, 1080),
        (804, 1920, 1080),
        (720, 960, 720),
        (404, 720, 404),
        (None, 100, None),
        (2160, 3840, 2160),
    ],
)
def test_the_quality_is_that_of_the_picture(height: int | None, width: int, lines: int | None) -> None:
    assert lines_of(height, width) == lines
