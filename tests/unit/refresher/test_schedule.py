"""The waits, as the plan of an episode shows them under the rule of the first expiry."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from wellspring_refresher.domain.outlook import Outlook
from wellspring_refresher.domain.policy import plan
from wellspring_refresher.domain.rules import Rules
from wellspring_refresher.domain.schedule import FAILURE_WAITS, SOONEST, SPREAD, due_after_failure

from .outlooks import NOBODY, NOW, UNSPREAD, link

TTL, AHEAD = timedelta(hours=6), timedelta(minutes=10)


def due(*expiries: datetime | None, episode_id: int = UNSPREAD, ahead: timedelta = AHEAD) -> timedelta:
    links = [link(lives=None if expiry is None else expiry - NOW) for expiry in expiries]
    scraped = Outlook(episode_id, links, NOBODY, None, None, False, 0, NOW)  # noqa: FBT003
    due_at = plan(scraped, Rules(policy="always", ttl=TTL, ahead=ahead), now=NOW).due_at
    assert due_at is not None
    return due_at - NOW


def test_an_episode_is_refreshed_ahead_of_its_first_expiry() -> None:
    assert due(NOW + timedelta(hours=3), NOW + timedelta(hours=2)) == timedelta(hours=1, minutes=50)


def test_links_that_do_not_say_when_they_die_live_for_the_default_time() -> None:
    assert due(None, None) == TTL - AHEAD
    assert due() == TTL - AHEAD


def test_a_known_expiry_counts_more_than_an_unknown_one() -> None:
    assert due(None, NOW + timedelta(hours=20)) == timedelta(hours=19, minutes=50)


def test_a_short_life_is_never_cut_by_more_than_half() -> None:
    assert due(NOW + timedelta(minutes=10)) == timedelta(minutes=5)


def test_links_that_are_dead_on_arrival_do_not_scrape_without_pause() -> None:
    assert due(NOW) == due(NOW - timedelta(days=1)) == due(NOW + timedelta(seconds=1)) == SOONEST


def test_episodes_scraped_together_do_not_come_back_together() -> None:
    waits = [due(NOW + TTL, episode_id=number) for number in range(1, 201)]
    longest = TTL - AHEAD
    assert min(waits) >= longest * (1 - SPREAD)
    assert max(waits) <= longest
    assert len(set(waits)) == 200
    buckets = {int((longest - wait) / (longest * SPREAD) * 10) for wait in waits}
    assert buckets == set(range(10))


@given(
    lives=st.lists(st.none() | st.timedeltas(timedelta(days=-2), timedelta(days=30)), max_size=6),
    ahead=st.timedeltas(timedelta(0), timedelta(hours=12)),
    episode_id=st.integers(1, 10**9),
)
def test_a_refresh_is_never_late_for_links_that_live_a_while(
    lives: list[timedelta | None], ahead: timedelta, episode_id: int
) -> None:
    expiries = [None if life is None else NOW + life for life in lives]
    wait = due(*expiries, episode_id=episode_id, ahead=ahead)
    known = [life for life in lives if life is not None and life > timedelta(0)]
    first = min(known, default=TTL if None in lives or not lives else timedelta(0))
    assert wait >= SOONEST
    assert wait <= max(first, SOONEST)
    assert wait >= first * (1 - SPREAD) / 2 - timedelta(microseconds=2)


def test_each_failure_in_a_row_waits_longer_up_to_a_limit() -> None:
    waits = [due_after_failure(failures=number, now=NOW) - NOW for number in range(1, 12)]
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)]
    assert waits == sorted(waits)
    assert waits[-1] == FAILURE_WAITS[-1]
    assert due_after_failure(failures=0, now=NOW) == NOW + FAILURE_WAITS[0]
