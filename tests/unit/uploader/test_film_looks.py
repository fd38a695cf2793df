"""What ffmpeg says while it decodes, and what follows for a film."""

import pytest

from wellspring_uploader.domain.film_looks import Packets, Watched, clock_time, watched_in, windows_of

OLD = "Error while decoding stream #0:0: Invalid data found when processing input\n"
NEW = (
    "[vist#0:0/h264 @ 0x1] [dec:h264 @ 0x2] Error submitting packet to decoder: "
    "Invalid data found when processing input\n"
)
HIDDEN = "file:/a.mp4: corrupt decoded frame in stream 0\n"


@pytest.mark.parametrize(
    ("code", "said", "expected"),
    [
        (0, "", Watched(96, 0)),
        (0, OLD + NEW, Watched(96, 2)),
        (0, HIDDEN, Watched(95, 1)),
        (69, NEW, Watched(96, 1, gave_up=True)),
        (0, "[h264 @ 0x1] non-existing PPS 0 referenced\n" * 150, Watched(96, 0)),
        (-24, OLD, Watched(96, 1)),
        (-24, "", Watched(96, 0)),
        (-11, "", None),
        (1, "Decoding requested, but no decoder found for: av1\n", None),
        (69, NEW + "[h264 @ 0x1] get_buffer() failed\n", None),
        (69, "Error submitting packet to decoder: Function not implemented\n", None),
    ],
)
def test_only_what_is_wrong_with_the_film_counts_against_it(
    code: int, said: str, expected: Watched | None
) -> None:
    assert watched_in(code, "frame=4\nprogress=continue\nframe=96\nprogress=end\n", said) == expected


@pytest.mark.parametrize(
    ("watched", "pictures", "is_broken"),
    [
        (Watched(300, 0), 65_000, False),
        (Watched(300, 3), 65_000, False),
        (Watched(300, 24), 65_000, True),
        (Watched(1, 1), 40, False),
        (Watched(6, 2), 40, True),
        (Watched(0, 1), 40, True),
        (Watched(0, 0), 40, False),
    ],
)
def test_a_broken_picture_here_and_there_is_borne(watched: Watched, pictures: int, is_broken: bool) -> None:
    assert watched.is_broken(pictures) is is_broken


def test_a_stretch_that_is_watched_may_have_a_quarter_of_it_broken() -> None:
    assert not Watched(75, 25).is_unbearable
    assert Watched(74, 26).is_unbearable
    assert Watched(90, 1, gave_up=True).is_unbearable
    assert not Watched(0, 0).is_unbearable, "whoever comes in between two key frames sees nothing yet"


def test_a_film_is_watched_at_its_beginning_in_its_middle_and_at_its_end() -> None:
    assert windows_of(3600.0) == [(0.0, 4.0), (1798.0, 4.0), (3594.0, 4.0)]
    assert windows_of(12.0) == [(0.0, 12.0)]
    assert windows_of(0.0) == [(0.0, 12.0)]


def _packets(picture: range, sound: range | None, *, without: range = range(0)) -> Packets:
    lines = ["#software: Lavf", "#tb 0: 1/10", "#tb 1: 1/100"]
    lines += [f"0, {at:10}, {at + 1}, 1, 40, 0x1, F=0x0" for at in picture if at // 10 not in without]
    lines += [f"1, {at:10}, {at}, 10, 40, 0x1" for at in sound or () if at // 100 not in without]
    packets = Packets()
    packets.read(lines)
    return packets


def test_a_hole_is_where_neither_picture_nor_sound_is() -> None:
    both = _packets(range(600), range(0, 6000, 10), without=range(24, 37))
    assert [(round(since), round(until)) for since, until in both.holes()] == [(24, 37)]
    assert (both.pictures, round(both.end_s)) == (470, 60)
    assert _packets(range(600), range(0, 6000, 10)).holes() == []
    assert _packets(range(0, 600, 50), range(0, 6000, 10)).holes() == [], "a picture that stands still"
    assert _packets(range(600), None, without=range(24, 37)).holes() == [], "without sound nobody knows"


def test_lines_that_are_no_packets_are_passed_over() -> None:
    packets = Packets()
    packets.read(["", "0", "0, x, y, z, 1", "#tb 0: 1/25", "0, 0, NOPTS, 1, 5, 0x0"])
    assert (packets.end_s, packets.pictures) == (0.0, 0)


def test_a_place_in_a_film_is_told_as_players_do() -> None:
    assert (clock_time(5.9), clock_time(3725)) == ("0:00:05", "1:02:05")
