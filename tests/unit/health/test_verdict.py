"""What is believed of a link: no death without its evidence, no life either."""

from datetime import UTC, datetime, timedelta

import pytest

from wellspring_health.domain.evidence import FILE, MUTE, RULES, Cause, Evidence, Run, cause_of
from wellspring_health.domain.rhythm import LONGEST_DOUBT
from wellspring_health.domain.verdict import Health, State, judge

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
INTERVAL = timedelta(minutes=30)
ALIVE = Evidence(None, 206, 40)
GONE = Evidence("not_found", 404, 40)
GONE_FOR_GOOD = Evidence("not_found", 410, 40)
PAGE = Evidence("html_body", 200, 40)
BY_CAUSE = {
    Cause.GONE_FOR_GOOD: GONE_FOR_GOOD,
    Cause.GONE: GONE,
    Cause.GONE_SOFT: PAGE,
    Cause.FORBIDDEN: Evidence("forbidden", 403, 40),
    Cause.HOST_ERROR: Evidence("server_error", 500, 40),
    Cause.TLS: Evidence("tls"),
    Cause.TIMEOUT: Evidence("timeout"),
    Cause.DNS_UNKNOWN: Evidence("dns_unknown"),
    Cause.DNS_FAILED: Evidence("dns"),
    Cause.THROTTLED: Evidence("throttled", 429, 40, retry_after_s=120),
    Cause.BLOCKED_ADDRESS: Evidence("blocked_address"),
    Cause.WALLED: Evidence("blocked", 403, 40),
    Cause.ODD: Evidence("unknown_content", 206, 40),
}
MINUTE = timedelta(minutes=1)


def fresh(state: State = State.UNKNOWN) -> Health:
    return Health(state=state, strikes=0, reason=None, last_ok_at=None, next_check_at=NOW)


def after(
    held: Health,
    *seen: Evidence,
    start: datetime = NOW,
    every: timedelta = MINUTE,
    host_good: bool = True,
) -> Health:
    """See evidence a fixed time apart, from a host that serves other files meanwhile unless it does not."""
    for number, evidence in enumerate(seen):
        now = start + number * every
        good_at = now if host_good else None
        held = judge(held, evidence, now=now, interval=INTERVAL, host_good_at=good_at)
    return held


def test_every_cause_has_evidence_here() -> None:
    assert set(BY_CAUSE) == set(Cause) - {Cause.ALIVE, Cause.NOT_ASKED}
    assert all(cause_of(evidence) is cause for cause, evidence in BY_CAUSE.items())
    assert set(RULES) | MUTE == set(BY_CAUSE)


@pytest.mark.parametrize("state", [State.UNKNOWN, State.ALIVE, State.SUSPECT])
def test_a_file_that_is_served_is_alive_until_the_next_look(state: State) -> None:
    assert after(fresh(state), ALIVE) == Health(State.ALIVE, 0, None, NOW, NOW + INTERVAL)


@pytest.mark.parametrize("cause", RULES, ids=str)
@pytest.mark.parametrize("state", [State.UNKNOWN, State.ALIVE, State.SUSPECT])
def test_each_class_kills_by_its_number_over_its_time_and_not_before(state: State, cause: Cause) -> None:
    rule, seen = RULES[cause], BY_CAUSE[cause]
    step = rule.over / max(rule.times - 1, 1)
    assert after(fresh(state), *[seen] * rule.times, every=step).state is State.DEAD
    if rule.times == 1:
        return
    assert after(fresh(state), *[seen] * (rule.times - 1), every=rule.over).state is State.SUSPECT
    hasty = (rule.over - timedelta(seconds=1)) / 19
    assert after(fresh(state), *[seen] * 20, every=hasty).state is State.SUSPECT


@pytest.mark.parametrize("cause", RULES, ids=str)
def test_the_looks_that_follow_bad_evidence_reach_a_verdict_by_themselves(cause: Cause) -> None:
    held, now, looks = fresh(State.ALIVE), NOW, 0
    while held.state is not State.DEAD:
        held, looks = after(held, BY_CAUSE[cause], start=now), looks + 1
        now = held.next_check_at
    assert looks <= RULES[cause].times + 4


@pytest.mark.parametrize("cause", sorted(MUTE))
@pytest.mark.parametrize("state", [State.UNKNOWN, State.ALIVE, State.SUSPECT])
def test_what_says_nothing_of_the_file_never_kills(state: State, cause: Cause) -> None:
    held = after(fresh(state), *[BY_CAUSE[cause]] * 50, every=timedelta(days=1))
    assert (held.state, held.run) == (State.SUSPECT, None)


@pytest.mark.parametrize("state", [State.UNKNOWN, State.ALIVE, State.SUSPECT])
def test_a_410_is_death_at_once(state: State) -> None:
    assert after(fresh(state), GONE_FOR_GOOD).state is State.DEAD


def refused(times: int = 3, *, host_good: bool, held: Health | None = None, start: datetime = NOW) -> Health:
    seen, every = [BY_CAUSE[Cause.FORBIDDEN]] * times, timedelta(hours=3)
    return after(held or fresh(State.ALIVE), *seen, start=start, every=every, host_good=host_good)


def test_a_refusal_that_may_be_of_us_never_kills() -> None:
    held = refused(40, host_good=False)
    assert (held.state, held.reason) == (State.SUSPECT, "forbidden")
    assert held.run == Run(Cause.FORBIDDEN, 40, NOW, NOW + 39 * timedelta(hours=3))


def test_a_refusal_kills_once_the_host_has_served_another_file_since_it_began() -> None:
    held = refused(host_good=False)
    now = held.next_check_at
    for good_at, state in ((NOW, State.SUSPECT), (NOW + MINUTE, State.DEAD)):
        evidence = BY_CAUSE[Cause.FORBIDDEN]
        assert judge(held, evidence, now=now, interval=INTERVAL, host_good_at=good_at).state is state


def test_only_another_refusal_makes_use_of_the_witness() -> None:
    held = refused(host_good=False)
    assert after(held, BY_CAUSE[Cause.TIMEOUT], start=held.next_check_at).state is State.SUSPECT


def test_who_waits_for_a_witness_asks_seldom() -> None:
    for times, wait in ((1, timedelta(hours=2)), (2, timedelta(hours=2)), (3, LONGEST_DOUBT)):
        last = NOW + (times - 1) * timedelta(hours=3)
        assert refused(times, host_good=False).next_check_at == last + wait


def test_a_refusal_adds_to_nothing_else_and_nothing_to_it() -> None:
    mixed = [BY_CAUSE[Cause.FORBIDDEN], BY_CAUSE[Cause.TIMEOUT], BY_CAUSE[Cause.HOST_ERROR]] * 2
    held = after(fresh(), *mixed, every=timedelta(hours=6), host_good=False)
    assert held.run == Run(Cause.FORBIDDEN, 2, NOW, NOW + timedelta(hours=18))
    assert refused(1, host_good=True, held=held, start=NOW + timedelta(hours=36)).state is State.DEAD


def test_the_evidence_is_kept() -> None:
    held = after(fresh(), *[BY_CAUSE[Cause.TIMEOUT]] * 2, every=timedelta(hours=1))
    assert held.run == Run(Cause.TIMEOUT, 2, NOW, NOW + timedelta(hours=1))
    assert (held.state, held.reason) == (State.SUSPECT, "timeout")


def test_a_life_in_between_takes_the_suspicion_away() -> None:
    held = after(fresh(), GONE, ALIVE, GONE, every=timedelta(hours=1))
    assert held.state is State.SUSPECT
    assert held.run == Run(Cause.GONE, 1, NOW + timedelta(hours=2), NOW + timedelta(hours=2))


def test_a_host_in_trouble_takes_no_evidence_about_the_file_back_and_adds_none() -> None:
    held = after(fresh(), GONE, BY_CAUSE[Cause.TIMEOUT], BY_CAUSE[Cause.THROTTLED], every=timedelta(hours=1))
    assert held.run == Run(Cause.GONE, 1, NOW, NOW)
    assert after(held, GONE, start=NOW + timedelta(hours=5)).state is State.DEAD


def test_classes_that_differ_add_up_under_the_more_careful_rule() -> None:
    held = after(fresh(), GONE, PAGE, every=timedelta(minutes=15))
    assert held.run == Run(Cause.GONE_SOFT, 2, NOW, NOW + timedelta(minutes=15))
    assert held.state is State.SUSPECT
    mixed = [BY_CAUSE[Cause.TIMEOUT], BY_CAUSE[Cause.HOST_ERROR]] * 2
    assert after(fresh(), *mixed, every=timedelta(hours=7)).state is State.SUSPECT
    assert after(fresh(), *mixed, mixed[0], every=timedelta(hours=7)).state is State.DEAD


def test_evidence_about_the_file_that_nothing_repeats_gives_way_after_a_day() -> None:
    held = after(fresh(), GONE)
    later = NOW + timedelta(days=1)
    assert after(held, BY_CAUSE[Cause.TIMEOUT], start=later).run == Run(Cause.TIMEOUT, 1, later, later)


@pytest.mark.parametrize("evidence", BY_CAUSE.values(), ids=map(str, BY_CAUSE))
def test_nothing_dies_and_nothing_is_counted_while_its_host_is_frozen(evidence: Evidence) -> None:
    held = fresh(State.ALIVE)
    for days in range(40):
        held = judge(held, evidence, now=NOW + timedelta(days=days), interval=INTERVAL, frozen=True)
    assert (held.state, held.run) == (State.SUSPECT, None)
    assert judge(held, ALIVE, now=NOW, interval=INTERVAL, frozen=True).state is State.ALIVE


def test_a_host_in_trouble_is_asked_less_and_less_often_up_to_a_limit() -> None:
    held, now, waits = fresh(), NOW, []
    for _ in range(12):
        held = judge(held, BY_CAUSE[Cause.HOST_ERROR], now=now, interval=INTERVAL)
        waits.append(held.next_check_at - now)
        now += timedelta(seconds=1)
    assert waits[:3] == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_DOUBT


def test_a_host_that_says_when_is_asked_then() -> None:
    held = after(fresh(), BY_CAUSE[Cause.THROTTLED])
    assert held.next_check_at == NOW + timedelta(seconds=120)


def test_a_link_that_was_not_asked_keeps_its_verdict() -> None:
    held = after(fresh(), GONE)
    waiting = judge(held, Evidence("not_asked", retry_after_s=9), now=NOW, interval=INTERVAL)
    assert waiting.next_check_at == NOW + timedelta(seconds=9)
    assert (waiting.state, waiting.run) == (held.state, held.run)


def dead() -> Health:
    return after(fresh(), GONE_FOR_GOOD)


def test_a_dead_link_comes_back_when_seen_alive_twice() -> None:
    once = after(dead(), ALIVE)
    assert (once.state, once.last_ok_at) == (State.DEAD, NOW)
    assert after(once, ALIVE) == Health(State.ALIVE, 0, None, NOW, NOW + INTERVAL)


def test_a_suspect_comes_back_when_seen_alive_once() -> None:
    assert after(fresh(State.ALIVE), GONE, ALIVE).state is State.ALIVE


@pytest.mark.parametrize("cause", sorted(FILE))
def test_a_death_in_between_takes_the_hope_away(cause: Cause) -> None:
    assert after(dead(), ALIVE, BY_CAUSE[cause], ALIVE).state is State.DEAD


def test_a_dead_link_stays_dead_on_more_evidence_of_it_and_on_doubts() -> None:
    assert after(dead(), GONE).state is State.DEAD
    assert after(dead(), PAGE).reason == "html_body"
    for cause in MUTE:
        assert after(dead(), *[BY_CAUSE[cause]] * 5).state is State.DEAD


def test_a_dead_link_is_asked_again_after_as_long_as_it_has_been_dead() -> None:
    held, now, waits = fresh(), NOW, []
    for _ in range(6):
        held = judge(held, GONE_FOR_GOOD, now=now, interval=INTERVAL)
        waits.append(held.next_check_at - now)
        now = held.next_check_at
    assert waits == [timedelta(hours=hours) for hours in (6, 6, 12, 24, 48, 48)]
