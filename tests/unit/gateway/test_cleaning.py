"""Which titles go: only on proof, in two phases, and never while there is doubt."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_gateway.domain.cleaning import (
    BETWEEN_PROOFS,
    NEW_FOR,
    PROOFS,
    RESTORED_FOR,
    Candidate,
    Reason,
    Rules,
    SourcePage,
    Verdict,
    counted,
    decide,
    is_gone,
    plan,
    reason_against,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = Rules(grace=timedelta(hours=24))
LONG_AGO = NOW - 300 * DAY

GONE = SourcePage(1, changed_at=LONG_AGO, times=3, first_at=NOW - 2 * DAY, last_at=NOW)
THERE = SourcePage(2, changed_at=LONG_AGO)
DEAD = Candidate(7, added_at=LONG_AGO, pages=(GONE,))
EMPTY = Candidate(8, added_at=LONG_AGO)


def test_a_title_without_a_source_may_go_but_not_on_its_first_day() -> None:
    assert reason_against(EMPTY, now=NOW) is Reason.NO_SOURCE
    assert reason_against(replace(EMPTY, added_at=NOW - NEW_FOR), now=NOW) is Reason.NO_SOURCE
    young = replace(EMPTY, added_at=NOW - NEW_FOR + timedelta(seconds=1))
    assert reason_against(young, now=NOW) is None


def test_a_title_may_go_only_when_every_source_is_gone() -> None:
    assert reason_against(DEAD, now=NOW) is Reason.SOURCES_GONE
    assert reason_against(replace(DEAD, pages=(GONE, THERE)), now=NOW) is None


@pytest.mark.parametrize(
    "page",
    [
        THERE,
        replace(GONE, times=2),
        replace(GONE, first_at=None),
        replace(GONE, first_at=NOW - 2 * DAY + timedelta(seconds=1)),
        replace(GONE, changed_at=NOW + timedelta(seconds=1)),
        replace(GONE, changed_at=NOW - DAY),
    ],
    ids=["never scraped", "twice", "no times", "too close", "moved since", "moved in between"],
)
def test_less_than_three_scrapes_a_day_apart_prove_nothing(page: SourcePage) -> None:
    assert not is_gone(page)


def test_a_page_that_moved_is_gone_once_it_was_gone_often_enough_at_its_new_address() -> None:
    moved = replace(GONE, first_at=NOW - 9 * DAY, changed_at=NOW - 8.5 * DAY)
    assert not is_gone(replace(moved, times=3))
    assert is_gone(replace(moved, times=4))


def test_a_link_that_plays_keeps_its_title() -> None:
    assert reason_against(replace(DEAD, playable_links=1), now=NOW) is None


def test_what_a_person_restored_is_left_alone_for_a_month() -> None:
    assert reason_against(replace(DEAD, restored_at=NOW - RESTORED_FOR + DAY), now=NOW) is None
    assert reason_against(replace(DEAD, restored_at=NOW - RESTORED_FOR), now=NOW) is Reason.SOURCES_GONE


def test_a_title_is_marked_waits_and_goes() -> None:
    assert decide(DEAD, RULES, now=NOW).verdict is Verdict.MARK
    marked = replace(DEAD, marked_at=NOW, marked_for=Reason.SOURCES_GONE)
    assert decide(marked, RULES, now=NOW + timedelta(hours=23)).verdict is Verdict.WAIT
    assert decide(marked, RULES, now=NOW + timedelta(hours=24)).verdict is Verdict.TRASH


def test_without_a_grace_period_there_are_still_two_runs() -> None:
    now_rules = Rules(grace=timedelta(0))
    assert decide(DEAD, now_rules, now=NOW).verdict is Verdict.MARK
    marked = replace(DEAD, marked_at=NOW, marked_for=Reason.SOURCES_GONE)
    assert decide(marked, now_rules, now=NOW).verdict is Verdict.WAIT
    assert decide(marked, now_rules, now=NOW + timedelta(seconds=1)).verdict is Verdict.TRASH


def test_a_title_that_recovers_loses_its_mark() -> None:
    marked = replace(DEAD, pages=(THERE,), marked_at=LONG_AGO, marked_for=Reason.SOURCES_GONE)
    assert decide(marked, RULES, now=NOW).verdict is Verdict.UNMARK


def test_a_title_that_became_a_candidate_for_another_reason_waits_anew() -> None:
    marked = replace(DEAD, marked_at=LONG_AGO, marked_for=Reason.NO_SOURCE)
    assert decide(marked, RULES, now=NOW).verdict is Verdict.MARK


def test_what_was_decided_is_counted() -> None:
    marked = replace(DEAD, marked_at=LONG_AGO, marked_for=Reason.SOURCES_GONE)
    decided = plan([DEAD, marked, EMPTY], RULES, now=NOW)
    assert counted(decided) == {"mark": 2, "wait": 0, "unmark": 0, "trash": 1}
    assert [one.reason for one in decided] == [Reason.SOURCES_GONE, Reason.SOURCES_GONE, Reason.NO_SOURCE]


moments = st.integers(0, 60 * 24).map(lambda hours: NOW - timedelta(hours=hours))
pages = st.builds(
    SourcePage,
    source_id=st.integers(1, 9),
    changed_at=moments,
    times=st.integers(0, 6),
    first_at=st.none() | moments,
    last_at=st.none() | moments,
)
candidates = st.builds(
    Candidate,
    title_id=st.just(1),
    added_at=moments,
    pages=st.lists(pages, max_size=3).map(tuple),
    playable_links=st.integers(0, 1),
    restored_at=st.none() | moments,
    marked_at=st.none() | moments,
    marked_for=st.none() | st.sampled_from(Reason),
)
graces = st.integers(0, 72).map(lambda hours: Rules(grace=timedelta(hours=hours)))


@given(one=candidates, rules=graces)
def test_no_title_goes_without_its_evidence(one: Candidate, rules: Rules) -> None:
    decided = decide(one, rules, now=NOW)
    if decided.verdict is Verdict.TRASH:
        assert one.marked_at is not None
        assert one.marked_for is decided.reason
        assert one.marked_at < NOW
        assert one.marked_at + rules.grace <= NOW
    if decided.verdict in {Verdict.TRASH, Verdict.MARK, Verdict.WAIT}:
        assert one.playable_links == 0
        assert one.restored_at is None or NOW - one.restored_at >= RESTORED_FOR
        if decided.reason is Reason.NO_SOURCE:
            assert not one.pages
            assert NOW - one.added_at >= NEW_FOR
        else:
            assert one.pages
            for page in one.pages:
                assert page.first_at is not None
                assert page.last_at is not None
                assert page.times >= PROOFS
                assert page.last_at - page.first_at >= (PROOFS - 1) * BETWEEN_PROOFS
                assert page.last_at >= page.changed_at


steps = st.lists(
    st.tuples(st.sampled_from(["gone", "there", "moved", "run"]), st.integers(1, 40)), max_size=60
)


@given(steps=steps)
def test_no_story_loses_a_title_whose_page_answered_or_moved_lately(steps: list[tuple[str, int]]) -> None:
    """Scrapes, moves and runs in any order, as the tables keep them: three days of absence come first."""
    now, page, marked = NOW, SourcePage(1, changed_at=LONG_AGO), Candidate(1, added_at=LONG_AGO)
    gone: list[datetime] = []
    for step, hours in steps:
        now += timedelta(hours=hours)
        if step == "gone":
            if page.last_at is None or now - page.last_at >= BETWEEN_PROOFS:
                page = replace(page, times=page.times + 1, first_at=page.first_at or now, last_at=now)
            gone.append(now)
        elif step == "there":
            page, gone = replace(page, times=0, first_at=None, last_at=None), []
        elif step == "moved":
            page, gone = replace(page, changed_at=now), []
        else:
            one = replace(marked, pages=(page,))
            decided = decide(one, RULES, now=now)
            if decided.verdict is Verdict.TRASH:
                assert gone
                assert len(gone) >= PROOFS
                assert gone[-1] - gone[0] >= (PROOFS - 1) * BETWEEN_PROOFS
                return
            if decided.verdict is Verdict.MARK:
                marked = replace(marked, marked_at=now, marked_for=decided.reason)
            elif decided.verdict is Verdict.UNMARK:
                marked = replace(marked, marked_at=None, marked_for=None)
