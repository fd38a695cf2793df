"""What is believed of a link: no death without its evidence, no life either."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_health.domain.verdict import (
    DOUBT,
    LONGEST_DOUBT,
    REVIVAL,
    SOFT,
    Evidence,
    Health,
    State,
    judge,
)

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
INTERVAL = timedelta(minutes=30)
ALIVE = Evidence(None, 206, 40)
GONE = Evidence("not_found", 404, 40)
GONE_FOR_GOOD = Evidence("not_found", 410, 40)
PAGE = Evidence("html_body", 200, 40)
DOUBTS = (
    Evidence("forbidden", 403, 40),
    Evidence("server_error", 503, 40),
    Evidence("throttled", retry_after_s=120),
    Evidence("timeout"),
    Evidence("dns_failed"),
    Evidence("connection_refused"),
)

evidences = st.sampled_from([ALIVE, GONE, GONE_FOR_GOOD, PAGE, *DOUBTS])


def fresh(state: State = State.UNKNOWN) -> Health:
    return Health(state=state, strikes=0, reason=None, last_ok_at=None, next_check_at=NOW)


def after(held: Health, *seen: Evidence) -> Health:
    for evidence in seen:
        held = judge(held, evidence, now=NOW, interval=INTERVAL)
    return held


@pytest.mark.parametrize("state", [State.UNKNOWN, State.ALIVE, State.SUSPECT])
def test_a_file_that_is_served_is_alive_until_the_next_look(state: State) -> None:
    assert after(fresh(state), ALIVE) == Health(State.ALIVE, 0, None, NOW, NOW + INTERVAL)


@pytest.mark.parametrize("state", [State.UNKNOWN, State.ALIVE, State.SUSPECT])
def test_one_404_is_a_suspicion_and_two_are_death(state: State) -> None:
    once = after(fresh(state), GONE)
    assert (once.state, once.strikes, once.reason) == (State.SUSPECT, 1, "not_found")
    assert after(once, GONE).state is State.DEAD


@pytest.mark.parametrize("state", [State.UNKNOWN, State.ALIVE, State.SUSPECT])
def test_a_410_is_death_at_once(state: State) -> None:
    assert after(fresh(state), GONE_FOR_GOOD).state is State.DEAD


@pytest.mark.parametrize("reason", sorted(SOFT))
def test_a_page_in_place_of_a_film_is_death_when_seen_twice(reason: str) -> None:
    seen = Evidence(reason, 200, 40)
    assert after(fresh(State.ALIVE), seen).state is State.SUSPECT
    assert after(fresh(State.ALIVE), seen, seen).state is State.DEAD


def test_a_second_look_comes_some_time_later() -> None:
    assert after(fresh(), GONE).next_check_at >= NOW + timedelta(minutes=10)
    assert after(fresh(), PAGE).next_check_at >= NOW + timedelta(minutes=10)


def test_a_life_in_between_takes_the_suspicion_away() -> None:
    assert after(fresh(), GONE, ALIVE, GONE).state is State.SUSPECT


@pytest.mark.parametrize("doubt", DOUBTS, ids=lambda each: each.reason)
@pytest.mark.parametrize("state", [State.UNKNOWN, State.ALIVE, State.SUSPECT])
def test_a_doubt_never_kills(state: State, doubt: Evidence) -> None:
    assert after(fresh(state), *[doubt] * 50).state is State.SUSPECT


@pytest.mark.parametrize("doubt", DOUBTS, ids=lambda each: each.reason)
def test_a_doubt_neither_revives_nor_counts_towards_death(doubt: Evidence) -> None:
    dead = after(fresh(), GONE, GONE)
    assert after(dead, *[doubt] * 5).state is State.DEAD
    assert after(fresh(), GONE, doubt).strikes == 1


def test_a_doubt_that_stays_is_looked_at_less_and_less_often_up_to_a_limit() -> None:
    doubt = Evidence("server_error", 503)
    once = after(fresh(), doubt)
    assert once.next_check_at == NOW + DOUBT
    assert after(once, doubt).next_check_at > once.next_check_at
    assert after(once, *[doubt] * 50).next_check_at <= NOW + LONGEST_DOUBT


def test_a_host_that_says_when_is_asked_then() -> None:
    assert after(fresh(), Evidence("throttled", retry_after_s=120)).next_check_at == NOW + timedelta(
        seconds=120
    )


def test_a_dead_link_comes_back_when_seen_alive_twice() -> None:
    dead = after(fresh(), GONE, GONE)
    once = after(dead, ALIVE)
    assert (once.state, once.last_ok_at) == (State.DEAD, NOW)
    assert after(once, ALIVE) == Health(State.ALIVE, 0, None, NOW, NOW + INTERVAL)


def test_a_death_in_between_takes_the_hope_away() -> None:
    dead = after(fresh(), GONE, GONE)
    assert after(dead, ALIVE, GONE, ALIVE).state is State.DEAD


def test_a_dead_link_stays_dead_on_more_evidence_of_it() -> None:
    dead = after(fresh(), GONE, GONE)
    assert after(dead, GONE).state is State.DEAD
    assert after(dead, PAGE).reason == "html_body"


@given(
    seen=st.lists(evidences, max_size=25), state=st.sampled_from([State.UNKNOWN, State.ALIVE, State.SUSPECT])
)
def test_nothing_is_dead_without_its_evidence(seen: Sequence[Evidence], state: State) -> None:
    held = fresh(state)
    against = 0
    for evidence in seen:
        was, held = held.state, judge(held, evidence, now=NOW, interval=INTERVAL)
        if evidence == ALIVE:
            against = 0
        elif evidence.reason == "not_found" or evidence.reason in SOFT:
            against += 2 if evidence == GONE_FOR_GOOD else 1
        if held.state is State.DEAD and was is not State.DEAD:
            assert against >= 2
            assert evidence not in DOUBTS


@given(seen=st.lists(evidences, max_size=25))
def test_nothing_comes_back_without_its_evidence(seen: Sequence[Evidence]) -> None:
    held, lives = after(fresh(), GONE_FOR_GOOD), 0
    for evidence in seen:
        was, held = held.state, judge(held, evidence, now=NOW, interval=INTERVAL)
        if evidence == ALIVE:
            lives += 1
        elif evidence not in DOUBTS:
            lives = 0
        if was is State.DEAD and held.state is not State.DEAD:
            assert held.state is State.ALIVE
            assert lives >= REVIVAL


@given(seen=st.lists(evidences, min_size=1, max_size=25))
def test_every_verdict_has_a_next_look_and_a_reason_unless_alive(seen: Sequence[Evidence]) -> None:
    held = after(fresh(), *seen)
    assert held.next_check_at > NOW
    assert (held.reason is None) == (held.state is State.ALIVE)
    assert held.strikes <= 1
