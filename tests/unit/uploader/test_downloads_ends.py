"""What follows from a run that did not bring the file."""

from datetime import timedelta

import pytest

from wellspring_common.errors import DependencyDown, Permanent, Throttled, Transient
from wellspring_uploader.domain.downloads_ends import (
    LONGEST_FOR_LINKS,
    LONGEST_WAIT,
    MOST_TRIES,
    DiskFull,
    NoLinks,
    end_of,
)

CUT = Transient("cut", code="connect")


def test_tries_are_spread_and_end() -> None:
    waits = []
    for attempts in range(MOST_TRIES - 1):
        end = end_of(CUT, attempts=attempts, progressed=False)
        assert end.attempts == attempts + 1
        assert end.again_after is not None
        waits.append(end.again_after)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(seconds=30), LONGEST_WAIT)
    assert end_of(CUT, attempts=MOST_TRIES - 1, progressed=False).again_after is None


def test_a_run_that_got_further_is_no_try() -> None:
    end = end_of(CUT, attempts=MOST_TRIES - 1, progressed=True)
    assert (end.attempts, end.again_after) == (1, timedelta(seconds=30))


@pytest.mark.parametrize(
    ("error", "code", "wait"),
    [
        (DiskFull("full"), "disk_full", timedelta(minutes=2)),
        (DependencyDown("away"), "dependency_down", timedelta(seconds=10)),
        (Throttled("slow", retry_after=90), "throttled", timedelta(seconds=90)),
        (Throttled("slow", retry_after=0), "throttled", timedelta(seconds=30)),
        (Transient("no", code="no_ffmpeg"), "no_ffmpeg", timedelta(seconds=15)),
    ],
)
def test_what_is_not_the_links_fault_costs_no_try(error: Exception, code: str, wait: timedelta) -> None:
    end = end_of(error, attempts=7, progressed=False)
    assert (end.code, end.attempts, end.again_after) == (code, 7, wait)


def test_links_are_waited_for_longer_and_longer_and_not_for_ever() -> None:
    first = end_of(NoLinks("none"), attempts=0, progressed=False)
    assert (first.code, first.wishes, first.attempts) == ("waiting_for_links", True, 0)
    later = end_of(NoLinks("none"), attempts=0, progressed=False, waits=9)
    assert first.again_after is not None
    assert later.again_after is not None
    assert later.again_after > first.again_after
    end = end_of(NoLinks("none"), attempts=0, progressed=False, waits=9, waited=LONGEST_FOR_LINKS)
    assert (end.code, end.again_after, end.wishes) == ("no_links", None, False)


def test_what_cannot_help_is_given_up_at_once_and_a_bug_tried_again() -> None:
    assert end_of(Permanent("gone", code="no_sources"), attempts=0, progressed=False).again_after is None
    bug = end_of(KeyError("x"), attempts=0, progressed=False)
    assert (bug.code, bug.again_after) == ("bug", timedelta(seconds=30))
