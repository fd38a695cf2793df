"""Whatever probes show, in whatever order and however far apart: the rules of death and life hold."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.health.test_verdict import ALIVE, BY_CAUSE, GONE, GONE_FOR_GOOD, INTERVAL, NOW, fresh
from wellspring_health.domain.evidence import FILE, MUTE, REFUSAL, RULES, Cause, Evidence, cause_of
from wellspring_health.domain.verdict import REVIVAL, Health, State, judge

Look = tuple[Evidence, timedelta, bool, bool]
"""What is seen, how long after the look before, whether the host's breaker is open, and whether another file
of the host was served in between."""

not_asked = Evidence("not_asked", retry_after_s=3)
evidences = st.sampled_from([ALIVE, not_asked, *BY_CAUSE.values()])
never, always = st.sampled_from([False]), st.sampled_from([True])
steps = st.one_of(
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(minutes=40)),
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=30)),
)
looks = st.lists(st.tuples(evidences, steps, st.booleans(), st.booleans()), max_size=25)
quiet_looks = st.lists(st.tuples(evidences, steps, never, st.booleans()), max_size=25)
mute = st.sampled_from([BY_CAUSE[cause] for cause in sorted(MUTE)])
living = st.sampled_from([State.UNKNOWN, State.ALIVE, State.SUSPECT])


def history(held: Health, seen: Sequence[Look]) -> list[tuple[datetime, Look, Health]]:
    """Return every look with what was believed after it."""
    now, found, good_at = NOW, [], None
    for look in seen:
        evidence, step, frozen, host_good = look
        good_at = now + step / 2 if host_good else good_at
        now += step
        held = judge(held, evidence, now=now, interval=INTERVAL, frozen=frozen, host_good_at=good_at)
        found.append((now, look, held))
    return found


def has_evidence(against: Sequence[tuple[datetime, Evidence]], good: Sequence[datetime]) -> bool:
    """Return whether what was counted against a link since it was last alive is enough for any rule.

    Classes about the file may add up, and so may those about the host, by the rule that asks for most. What
    may be said of us adds to nothing, and needs the host to have served another file since it began.
    """
    hosts = frozenset(RULES) - FILE - REFUSAL
    groups = [frozenset({cause}) for cause in RULES] + [FILE, hosts]
    rules = [RULES[cause] for cause in RULES] + [RULES[Cause.GONE_SOFT], RULES[Cause.HOST_ERROR]]
    for group, rule in zip(groups, rules, strict=True):
        times = [when for when, evidence in against if cause_of(evidence) in group]
        vouched = not group & REFUSAL or any(when > times[0] for when in good if times)
        if len(times) >= rule.times and times[-1] - times[0] >= rule.over and vouched:
            return True
    return False


@given(seen=looks, state=living)
def test_no_link_is_dead_without_its_evidence(seen: list[Look], state: State) -> None:
    against: list[tuple[datetime, Evidence]] = []
    good: list[datetime] = []
    was = state
    for now, (evidence, step, frozen, host_good), held in history(fresh(state), seen):
        cause = cause_of(evidence)
        if host_good:
            good.append(now - step + step / 2)
        if cause is Cause.ALIVE:
            against.clear()
        elif cause in RULES and not frozen:
            against.append((now, evidence))
        if held.state is State.DEAD and was is not State.DEAD:
            assert has_evidence(against, good)
            assert not frozen, "no link dies while its host's breaker is open"
            assert cause in RULES, "and none of what says nothing of the file"
        was = held.state


@given(
    seen=st.lists(
        st.tuples(st.sampled_from([BY_CAUSE[cause] for cause in MUTE]), steps, st.booleans(), st.booleans()),
        max_size=25,
    ),
    state=living,
)
def test_a_host_that_throttles_and_the_like_never_kill(seen: list[Look], state: State) -> None:
    assert all(held.state is not State.DEAD for _, _, held in history(fresh(state), seen))


@given(
    before=st.lists(st.tuples(st.just(ALIVE), steps, never, st.booleans()), max_size=3),
    cause=st.sampled_from(sorted(frozenset(RULES) - {Cause.GONE_FOR_GOOD})),
)
def test_bad_evidence_once_never_kills(before: list[Look], cause: Cause) -> None:
    once: Look = (BY_CAUSE[cause], timedelta(days=3), False, True)
    assert history(fresh(State.ALIVE), [*before, once])[-1][2].state is State.SUSPECT


@given(seen=st.lists(st.tuples(evidences, steps, always, st.booleans()), max_size=25), state=living)
def test_an_outage_never_kills(seen: list[Look], state: State) -> None:
    assert all(held.state is not State.DEAD for _, _, held in history(fresh(state), seen))


@given(seen=looks)
def test_nothing_comes_back_without_its_evidence(seen: list[Look]) -> None:
    dead = judge(fresh(), GONE_FOR_GOOD, now=NOW, interval=INTERVAL)
    lives, was = 0, dead.state
    for _, (evidence, _, frozen, _), held in history(dead, seen):
        if evidence == ALIVE:
            lives += 1
        elif cause_of(evidence) in FILE and not frozen:
            lives = 0
        if was is State.DEAD and held.state is not State.DEAD:
            assert held.state is State.ALIVE
            assert lives >= REVIVAL
        if held.state is State.ALIVE and was is not State.ALIVE:
            assert evidence == ALIVE
        if held.state is State.DEAD and was is not State.DEAD:
            lives = 0
        was = held.state


@given(seen=looks, state=living)
def test_a_file_that_is_served_again_is_alive_within_two_looks(seen: list[Look], state: State) -> None:
    end = history(fresh(state), seen)
    held, now = (end[-1][2], end[-1][0]) if end else (fresh(state), NOW)
    suspect = held.state is not State.DEAD
    for _ in range(1 if suspect else REVIVAL):
        held = judge(held, ALIVE, now=now, interval=INTERVAL)
    assert (held.state, held.run, held.reason) == (State.ALIVE, None, None)


@given(seen=quiet_looks, state=living)
def test_every_verdict_has_a_next_look_and_a_reason_unless_alive(seen: list[Look], state: State) -> None:
    for now, (evidence, _, _, _), held in history(fresh(state), seen):
        assert held.next_check_at > now
        if cause_of(evidence) is not Cause.NOT_ASKED:
            assert (held.reason is None) == (held.state is State.ALIVE)


@given(seen=st.lists(st.tuples(st.sampled_from([GONE, ALIVE]), steps, never, st.booleans()), max_size=25))
def test_the_evidence_kept_is_what_was_seen(seen: list[Look]) -> None:
    times: list[datetime] = []
    for now, (evidence, _, _, _), held in history(fresh(State.ALIVE), seen):
        was_dead = held.state is State.DEAD
        times = [] if evidence == ALIVE and not was_dead else [*times, *([now] if evidence == GONE else [])]
        if times:
            assert held.run is not None
            assert (held.run.count, held.run.first_at, held.run.last_at) == (len(times), times[0], times[-1])
