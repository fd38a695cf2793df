"""What a player wants of an address, which links answer it, and what is remembered of it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from wellspring_gateway.domain.carrying import Carrier
from wellspring_gateway.domain.failures import (
    CLIENTS,
    EACH,
    FAILED_FOR,
    SAME_PLAY,
    Failures,
    Looked,
    OpenPlays,
)
from wellspring_gateway.domain.opening import Opening, Wish, answers, opening_of

from .builders import NOW, link

SCAN = Opening(is_scan=True, is_start=False)
START = Opening(is_scan=False, is_start=True)
SEEK = Opening(is_scan=False, is_start=False)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("method", "wanted", "opening"),
    [
        ("GET", None, START),
        ("GET", "bytes=0-", START),  # VLC, mpv, ffmpeg, Kodi, browsers
        ("GET", "bytes=0-9999999", START),
        ("GET", "bytes=5000-", SEEK),
        ("GET", "bytes=0-1,5-9", START),
        ("GET", "nonsense", START),
        ("GET", "bytes=0-1", SCAN),  # a browser of Apple, before it plays
        ("GET", "bytes=0-1048575", SCAN),
        ("GET", "bytes=5000-5999", SCAN),
        ("GET", "bytes=-65536", SCAN),
        ("HEAD", None, SCAN),
        ("HEAD", "bytes=0-", SCAN),
    ],
)
def test_a_request_is_a_scan_a_start_or_a_continuation(
    method: str, wanted: str | None, opening: Opening
) -> None:
    assert opening_of(method, wanted) == opening
    assert opening_of(method, wanted, "VLC/3.0.24 LibVLC/3.0.24") == opening
    assert opening_of(method, wanted, "Lavf/59.27.100") == replace(opening, may_probe=opening.is_start)


@pytest.mark.parametrize(
    ("quality", "extension", "order"),
    [
        (720, "mp4", [2, 5, 1, 3, 4]),  # as packed, then the same quality, lower ones, a higher one
        (1080, "mp4", [3, 2, 5, 1, 4]),
        (None, "mp4", [3, 2, 5, 1, 4]),
        (360, "mp4", [1, 2, 5, 3, 4]),
        (720, "m3u8", [5, 2, 1, 3, 4]),
        (1080, "m3u8", [5, 3, 2, 1, 4]),  # what plays playlists plays no file
    ],
)
def test_the_links_that_answer_come_in_the_order_of_the_wish(
    quality: int | None, extension: str, order: list[int]
) -> None:
    links = [
        link(1, quality=480),
        link(2, quality=720),
        link(3, quality=1080),
        link(4, quality=720, state="suspect"),
        link(5, quality=720, container="hls"),
    ]
    found = answers(Wish(7, quality, extension), links, Carrier())
    assert [each.id for each in found] == order


def test_what_reaches_no_player_answers_nothing() -> None:
    links = [link(1, kind="embed"), link(2, needs_headers=True), link(3, refresh_class="ip_bound")]
    wish = Wish(7, 720, "mp4")
    assert answers(wish, links, Carrier()) == []
    assert [each.id for each in answers(wish, links, Carrier(at_home=True))] == [2, 3]


def test_a_failure_is_kept_for_a_while_for_one_client_and_one_generation() -> None:
    failures = Failures()
    failures.remember("a", 1, 1, now=NOW)
    assert failures.has("a", 1, 1, now=NOW + FAILED_FOR - SECOND)
    assert not failures.has("a", 1, 1, now=NOW + FAILED_FOR)
    assert not failures.has("a", 1, 2, now=NOW)
    assert not failures.has("b", 1, 1, now=NOW)


def test_what_is_remembered_has_bounds() -> None:
    failures = Failures()
    for number in range(EACH + 1):
        failures.remember("a", number, 1, now=NOW)
    assert [failures.has("a", number, 1, now=NOW) for number in (0, 1)] == [False, True]
    for number in range(CLIENTS):
        failures.remember(f"client {number}", 1, 1, now=NOW)
    assert not failures.has("a", EACH, 1, now=NOW)
    assert len(failures._failed._kept) == CLIENTS


def test_a_play_begins_once_and_goes_on_while_its_player_comes_back() -> None:
    plays, first, other = OpenPlays(), UUID(int=1), UUID(int=2)
    assert plays.join("a", 7, new=first, starts=False, now=NOW) == (first, False)
    assert plays.join("a", 7, new=other, starts=True, now=NOW) == (first, True)
    later = NOW + SAME_PLAY - SECOND
    assert plays.join("a", 7, new=other, starts=True, now=later) == (first, False)
    assert plays.join("b", 7, new=other, starts=True, now=later) == (other, True)
    assert plays.join("a", 7, new=other, starts=True, now=later + SAME_PLAY) == (other, True)


def test_the_first_opening_of_whoever_may_probe_is_no_play_and_the_next_one_is() -> None:
    plays, ours = OpenPlays(), UUID(int=1)
    assert plays.join("a", 7, new=ours, starts=False, now=NOW, may_probe=True) == (ours, False)
    assert plays.join("a", 7, new=ours, starts=True, now=NOW, may_probe=True) == (ours, False)
    soon = NOW + SECOND
    assert plays.join("a", 7, new=ours, starts=True, now=soon, may_probe=True) == (ours, True)
    assert plays.join("a", 7, new=ours, starts=True, now=soon) == (ours, False)
    assert plays.join("b", 7, new=ours, starts=True, now=NOW, may_probe=True) == (ours, False)
    assert plays.join("b", 7, new=ours, starts=True, now=soon) == (ours, True)  # another player after a probe
    late = NOW + SAME_PLAY + SECOND
    assert plays.join("b", 9, new=ours, starts=True, now=NOW, may_probe=True) == (ours, False)
    assert plays.join("b", 9, new=ours, starts=True, now=late, may_probe=True) == (ours, False)


def test_a_look_stands_for_the_next_one_until_the_link_fails() -> None:
    looked = Looked()
    looked.remember(1, 1, now=NOW)
    assert looked.has(1, 1, now=NOW + 19 * SECOND)
    assert not looked.has(1, 1, now=NOW + 20 * SECOND)
    assert not looked.has(1, 2, now=NOW)
    looked.forget(1, 1)
    assert not looked.has(1, 1, now=NOW)
