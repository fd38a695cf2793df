"""A host that breaks, or our own network, is told from links that die."""

from datetime import UTC, datetime, timedelta

import pytest

from wellspring_health.domain.breakers import (
    DECIDING,
    ENOUGH,
    FEW,
    FIRST_REST,
    LONGEST_REST,
    OWN_HOSTS,
    OWN_WINDOW,
    WINDOW,
    Breaker,
    OwnNetwork,
    Position,
    asked_canaries,
    at,
    heard,
    noted,
)
from wellspring_health.domain.evidence import Cause

_SAYS_NOTHING = {
    Cause.THROTTLED,
    Cause.WALLED,
    Cause.BLOCKED_ADDRESS,
    Cause.NOT_ASKED,
    Cause.GONE_FOR_GOOD,
}
NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def after(breaker: Breaker, *seen: Cause, now: datetime = NOW, news: bool = True) -> Breaker:
    for cause in seen:
        breaker = noted(breaker, cause, news=news, now=now)
    return breaker


def opened(now: datetime = NOW) -> Breaker:
    return after(Breaker(), *[Cause.HOST_ERROR] * FEW, now=now)


def test_a_third_of_many_links_that_turn_bad_opens_the_breaker() -> None:
    good, bad = [Cause.ALIVE] * 14, [Cause.GONE] * 6
    assert after(Breaker(), *good, *bad).position is Position.CLOSED
    assert after(Breaker(), *good[1:], *bad, Cause.GONE).position is Position.OPEN


@pytest.mark.parametrize("cause", [Cause.HOST_ERROR, Cause.TIMEOUT, Cause.DNS_FAILED, Cause.FORBIDDEN])
def test_all_of_a_few_open_it_and_one_that_works_keeps_it_closed(cause: Cause) -> None:
    assert after(Breaker(), *[cause] * (FEW - 1)).position is Position.CLOSED
    assert after(Breaker(), *[cause] * FEW).position is Position.OPEN
    assert after(Breaker(), Cause.ALIVE, *[cause] * (FEW + 2)).position is Position.CLOSED


def test_a_few_files_that_are_gone_are_no_outage_and_many_may_be() -> None:
    assert after(Breaker(), *[Cause.GONE] * (ENOUGH - 1)).position is Position.CLOSED
    assert after(Breaker(), *[Cause.GONE] * ENOUGH).position is Position.OPEN


def test_a_failure_that_goes_on_is_no_news() -> None:
    assert after(Breaker(), *[Cause.HOST_ERROR] * 50, news=False) == Breaker()


@pytest.mark.parametrize("cause", sorted(_SAYS_NOTHING))
def test_what_a_host_says_of_us_or_of_one_file_opens_nothing(cause: Cause) -> None:
    assert after(Breaker(), *[cause] * 50) == Breaker()


def test_failures_far_apart_are_no_outage() -> None:
    held = Breaker()
    for number in range(12):
        held = after(held, Cause.HOST_ERROR, now=NOW + number * WINDOW)
    assert held.position is Position.CLOSED


def test_good_looks_of_before_do_not_hide_an_outage_for_long() -> None:
    held = after(Breaker(), *[Cause.ALIVE] * 39)
    seen = 0
    while held.position is Position.CLOSED:
        held, seen = after(held, Cause.TIMEOUT), seen + 1
    assert seen <= 5


def test_an_open_breaker_rests_and_then_lets_a_few_through() -> None:
    held = opened()
    assert (held.frozen, held.since, held.not_before) == (True, NOW, NOW + FIRST_REST)
    assert at(held, NOW + FIRST_REST / 2).position is Position.OPEN
    assert after(held, Cause.ALIVE, now=NOW + FIRST_REST / 2) == held, (
        "an answer on its way counts for nothing"
    )
    half = at(held, NOW + FIRST_REST)
    assert (half.position, half.frozen) == (Position.HALF_OPEN, True)


def test_trials_that_go_well_close_it() -> None:
    later = NOW + FIRST_REST
    held = after(opened(), *[Cause.ALIVE] * (DECIDING - 1), now=later)
    assert held.position is Position.HALF_OPEN
    held = after(held, Cause.GONE, Cause.GONE, Cause.ALIVE, now=later, news=False)
    assert held == Breaker(since=later, good_at=later)


def test_trials_that_fail_open_it_again_for_longer_up_to_a_limit() -> None:
    held, now, rests = opened(), NOW, []
    for _ in range(8):
        assert held.not_before is not None
        rests.append(held.not_before - now)
        now = held.not_before
        held = after(held, *[Cause.TIMEOUT] * DECIDING, now=now, news=False)
        assert (held.position, held.since) == (Position.OPEN, NOW)
    assert rests[:3] == [FIRST_REST, FIRST_REST * 2, FIRST_REST * 4]
    assert rests[-1] == LONGEST_REST


def test_a_breaker_knows_when_its_host_last_served_a_file_whatever_came_since() -> None:
    held = after(Breaker(), Cause.ALIVE)
    later = NOW + WINDOW
    for now in (later, later + timedelta(days=1)):
        held = after(held, *[Cause.FORBIDDEN] * FEW, now=now)
        assert (held.position, held.good_at) == (Position.OPEN, NOW)


def own_after(own: OwnNetwork, *hosts: str, failed: bool = True, now: datetime = NOW) -> OwnNetwork:
    for host in hosts:
        own = heard(own, host, network_failed=failed, now=now)
    return own


def test_hosts_that_all_fail_are_our_own_network() -> None:
    hosts = [f"host{number}" for number in range(OWN_HOSTS)]
    assert not own_after(OwnNetwork(), *hosts[1:]).is_down
    assert not own_after(OwnNetwork(), *[hosts[0]] * 50).is_down, "one host is that host"
    assert own_after(OwnNetwork(), *hosts).is_down


def test_one_host_that_answers_shows_that_our_network_works() -> None:
    down = own_after(OwnNetwork(), "a", "b", "c")
    assert not own_after(down, "d", failed=False).is_down
    between = own_after(own_after(own_after(OwnNetwork(), "a", "b"), "d", failed=False), "c")
    assert not between.is_down


def test_failures_long_ago_are_forgotten() -> None:
    held = own_after(OwnNetwork(), "a", "b")
    assert not own_after(held, "c", now=NOW + OWN_WINDOW).is_down


def test_canaries_decide_where_there_are_some() -> None:
    down = asked_canaries(OwnNetwork(), answered=False, now=NOW)
    assert (down.is_down, down.since) == (True, NOW)
    assert own_after(down, "a", failed=False).is_down, "one host of the neighbourhood is not the world"
    assert not asked_canaries(own_after(down, "a", "b", "c"), answered=True, now=NOW + timedelta(1)).is_down
