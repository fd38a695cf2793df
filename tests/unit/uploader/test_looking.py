from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tests.unit.uploader.uploads import NOW
from wellspring_uploader.domain.looking import is_certainly_missing, look_again, next_look, sort_out
from wellspring_uploader.domain.progress import Meter, percent
from wellspring_uploader.domain.rules import Rules

RULES = Rules()
MARKER = "ws-0123456789"


@dataclass(frozen=True)
class Video:
    video_id: str
    is_published: bool = False
    created_at: datetime = NOW
    tags: tuple[str, ...] = (MARKER,)


@pytest.mark.parametrize(
    ("looks", "after_s", "wanted"), [(1, 500, False), (2, 119, False), (2, 120, True), (3, 121, True)]
)
def test_a_film_is_missing_after_two_looks_over_two_minutes(looks: int, after_s: int, wanted: bool) -> None:
    now = NOW + timedelta(seconds=after_s)
    assert is_certainly_missing(looks, NOW, now=now, rules=RULES) is wanted
    assert not is_certainly_missing(looks, None, now=now, rules=RULES)


def test_the_second_look_is_two_minutes_after_the_first() -> None:
    assert look_again(NOW, now=NOW, rules=RULES) == NOW + timedelta(minutes=2)
    late = NOW + timedelta(minutes=9)
    assert look_again(NOW, now=late, rules=RULES) > late


def test_a_published_film_is_looked_at_more_and_more_seldom() -> None:
    now, pauses = NOW, []
    for _ in range(40):
        again = next_look(NOW, now=now, rules=RULES)
        pauses.append(again - now)
        now = again
    assert pauses[0] == RULES.look_first
    assert pauses == sorted(pauses)
    assert pauses[-1] == RULES.look_most


def test_the_known_video_is_kept_and_only_marked_drafts_are_one_too_many() -> None:
    late = NOW + timedelta(seconds=5)
    videos = [
        Video("old"),
        Video("known", created_at=late),
        Video("out", is_published=True),
        Video("foreign", tags=()),
    ]
    found = sort_out(videos, marker=MARKER, known="known")
    assert found.ours == videos[1]
    assert [twin.video_id for twin in found.twins] == ["old"]


def test_without_a_known_one_a_published_video_is_ours_else_the_oldest() -> None:
    late = NOW + timedelta(seconds=5)
    drafts = [Video("second", created_at=late), Video("first")]
    assert sort_out(drafts, marker=MARKER).ours == drafts[1]
    assert [twin.video_id for twin in sort_out(drafts, marker=MARKER).twins] == ["second"]
    out = Video("out", is_published=True, created_at=late)
    assert sort_out([*drafts, out], marker=MARKER).ours == out
    assert sort_out([], marker=MARKER).ours is None


def test_progress_never_goes_back_and_is_told_twice_a_second_at_most() -> None:
    meter = Meter(0, 1000, now=NOW)
    second = timedelta(seconds=1)
    assert meter.took(400, now=NOW + second) == 400
    assert meter.took(100, now=NOW + 2 * second) == 0
    assert meter.took(5000, now=NOW + 2 * second) == 600
    assert (meter.bytes, meter.rate(), meter.eta_s()) == (1000, 500.0, 0.0)
    told = [meter.may_tell(now=NOW + timedelta(milliseconds=100 * n)) for n in range(11)]
    assert told == [n % 5 == 0 for n in range(11)]


@pytest.mark.parametrize(("done", "total", "wanted"), [(0, 0, 0), (5, None, 0), (999, 1000, 99), (7, 7, 100)])
def test_percents_are_full_ones(done: int, total: int | None, wanted: int) -> None:
    assert percent(done, total) == wanted
