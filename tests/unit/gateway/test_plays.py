"""What a beacon counts for, and how many a client may send."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from wellspring_common.events.playback import PlaybackFailed, PlaybackFault, PlaybackStarted
from wellspring_gateway.domain.plays import Outcome, Play, RateLimit, oldest_kept

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
PLAY = UUID("01936b2e-0000-4000-8000-000000000001")
TAB = UUID("01936b2e-0000-4000-8000-000000000002")


def play(
    fault: PlaybackFault | None = None, *, first_try: bool = True, over: bool = False, link_id: int = 9
) -> Play:
    return Play(PLAY, TAB, 7, link_id, 1, first_try=first_try, fault=fault, over=over, position_s=0.5)


@pytest.mark.parametrize(
    ("told", "before", "expected"),
    [
        (play(), False, Outcome.FIRST_TRY),
        (play(first_try=False), False, Outcome.AFTER_FALLBACK),
        (play(PlaybackFault.NETWORK), False, None),
        (play(PlaybackFault.NETWORK, over=True), False, Outcome.FAILED),
        (play(PlaybackFault.NETWORK, over=True), True, None),
    ],
)
def test_a_play_counts_once_at_its_start_or_at_its_end(
    told: Play, before: bool, expected: Outcome | None
) -> None:
    assert told.outcome(started_before=before) is expected


def test_a_repeated_beacon_has_the_same_event() -> None:
    broken = PlaybackFault.STALLED
    assert play().event_id == play(link_id=10).event_id == play(first_try=False).event_id
    assert play(broken).event_id == play(broken, over=True).event_id
    assert len({play().event_id, play(broken).event_id, play(broken, link_id=10).event_id}) == 3


def test_only_a_failure_has_a_reason() -> None:
    assert isinstance(play().event(server="pixel", quality=None), PlaybackStarted)
    failed = play(PlaybackFault.DECODE).event(server="pixel", quality=720)
    assert isinstance(failed, PlaybackFailed)
    assert (failed.reason, failed.server, failed.quality) == (PlaybackFault.DECODE, "pixel", 720)


def test_a_client_waits_until_its_window_ends() -> None:
    limit = RateLimit(most=2)
    assert [limit.retry_after("a", now=NOW) for _ in range(3)] == [None, None, 60]
    assert limit.retry_after("b", now=NOW) is None
    assert limit.retry_after("a", now=NOW + timedelta(seconds=45)) == 15
    assert limit.retry_after("a", now=NOW + timedelta(seconds=60)) is None


def test_the_limit_forgets_the_client_that_was_quiet_longest() -> None:
    limit = RateLimit(most=1, clients=2)
    assert [limit.retry_after(client, now=NOW) for client in "abc"] == [None, None, None]
    assert limit.retry_after("a", now=NOW) is None
    assert limit.retry_after("c", now=NOW) == 60


def test_counts_are_kept_four_hundred_days() -> None:
    assert oldest_kept(NOW) == date(2024, 11, 27)
