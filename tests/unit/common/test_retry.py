"""The classification table, row by row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.errors import DependencyDown, Permanent, Throttled, Transient, reason_of
from wellspring_common.retry import (
    BUG_BUDGET,
    DEPENDENCY_DELAY_S,
    FIRST_DELAY_S,
    LONGEST_DELAY_S,
    LONGEST_THROTTLE_S,
    SHORTEST_DELAY_S,
    TRANSIENT_BUDGET,
    Action,
    Outcome,
    backoff,
    classify,
)


def full() -> float:
    return 1.0


def none() -> float:
    return 0.0


@pytest.mark.parametrize("attempt", range(1, TRANSIENT_BUDGET))
def test_a_transient_failure_within_its_budget_is_tried_again(attempt: int) -> None:
    outcome = classify(Transient("busy", code="host_busy"), attempt, spread=full)
    assert outcome == Outcome(Action.RETRY, "host_busy", FIRST_DELAY_S * 2 ** (attempt - 1))


def test_a_transient_failure_beyond_its_budget_is_buried_under_its_own_code() -> None:
    outcome = classify(Transient("busy", code="host_busy"), TRANSIENT_BUDGET)
    assert (outcome.action, outcome.code) == (Action.DEAD_LETTER, "host_busy")


@pytest.mark.parametrize("attempt", [1, TRANSIENT_BUDGET, 1000])
def test_throttled_waits_as_long_as_it_was_asked_to_and_costs_nothing(attempt: int) -> None:
    outcome = classify(Throttled("slow down", retry_after=90), attempt)
    assert outcome == Outcome(Action.RETRY, "throttled", 90, counts=False)


def test_throttled_never_waits_longer_than_a_day() -> None:
    outcome = classify(Throttled("come back next year", retry_after=365 * 86400), 1)
    assert outcome.delay_s == LONGEST_THROTTLE_S == 86400


@pytest.mark.parametrize("asked", [0, -5, 0.1])
def test_throttled_never_comes_back_at_once(asked: float) -> None:
    """A bare nak is a redelivery within milliseconds (events reference, section B)."""
    assert classify(Throttled("slow down", retry_after=asked), 1).delay_s == SHORTEST_DELAY_S == 0.5


@pytest.mark.parametrize("attempt", [1, TRANSIENT_BUDGET, 1000])
def test_a_dependency_that_is_down_costs_nothing(attempt: int) -> None:
    outcome = classify(DependencyDown("Postgres is away"), attempt)
    assert outcome == Outcome(Action.RETRY, "dependency_down", DEPENDENCY_DELAY_S, counts=False, away=True)


def test_a_permanent_failure_is_buried_at_once() -> None:
    outcome = classify(Permanent("no such page", code="source_gone"), 1)
    assert (outcome.action, outcome.code, outcome.counts) == (Action.DEAD_LETTER, "source_gone", True)


@pytest.mark.parametrize("bug", [KeyError("x"), ValueError(), AssertionError(), RecursionError()])
def test_a_bug_is_tried_twice_more_and_then_buried(bug: Exception) -> None:
    actions = [classify(bug, attempt).action for attempt in (1, 2, BUG_BUDGET)]
    assert actions == [Action.RETRY, Action.RETRY, Action.DEAD_LETTER]
    assert {classify(bug, attempt).code for attempt in (1, BUG_BUDGET)} == {"bug"}


def test_a_plain_time_out_is_a_bug_because_an_adapter_should_have_named_it() -> None:
    assert classify(TimeoutError(), 1).code == "bug"


def test_back_off_doubles_up_to_its_limit() -> None:
    waits = [backoff(attempt, spread=full) for attempt in range(1, 12)]
    assert waits[:4] == [2, 4, 8, 16]
    assert waits[-1] == LONGEST_DELAY_S


def test_a_redelivery_is_never_immediate() -> None:
    assert backoff(1, spread=none) == 0.5


@given(attempt=st.integers(min_value=-5, max_value=10**9), share=st.floats(min_value=0, max_value=1))
def test_back_off_stays_within_its_bounds(attempt: int, share: float) -> None:
    assert 0.5 <= backoff(attempt, spread=lambda: share) <= LONGEST_DELAY_S


def test_an_error_keeps_its_code_and_its_words() -> None:
    error = Permanent("The page is gone.", code="source_gone")
    assert (error.code, error.message, str(error)) == (
        "source_gone",
        "The page is gone.",
        "The page is gone.",
    )
    assert Permanent("x").code == "permanent"


def test_an_error_without_words_is_named() -> None:
    assert reason_of(TimeoutError()) == "TimeoutError"
    assert reason_of(KeyError("x")) == "'x'"
