from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.events.scrape import RefreshClass
from wellspring_refresher.domain.outlook import LinkOutlook, Outlook
from wellspring_refresher.domain.policy import plan, spared
from wellspring_refresher.domain.popularity import Popularity
from wellspring_refresher.domain.rules import Rules
from wellspring_refresher.domain.schedule import SOONEST, SPREAD, ahead_of, spread

from .outlooks import NOW, episode, link, links_of, outlooks, waits
from .outlooks import rules as any_rules

a_life = st.none() | waits(timedelta(seconds=1), timedelta(days=9))

NEVER = datetime.max.replace(tzinfo=NOW.tzinfo)


def due(outlook: Outlook, rules: Rules) -> datetime:
    return plan(outlook, rules, now=NOW).due_at or NEVER


@given(outlook=outlooks, rules=any_rules)
def test_nothing_is_due_before_now(outlook: Outlook, rules: Rules) -> None:
    assert due(outlook, rules) >= NOW


@given(outlook=outlooks, rules=any_rules, more=st.floats(0, 10_000))
def test_what_is_watched_more_is_never_due_later(outlook: Outlook, rules: Rules, more: float) -> None:
    hotter = replace(outlook, popularity=Popularity(outlook.popularity.score + more, NOW))
    assert due(hotter, rules) <= due(outlook, rules)


@given(outlook=outlooks, rules=any_rules, more=st.integers(1, 6))
def test_more_failures_never_bring_a_turn_forward(outlook: Outlook, rules: Rules, more: int) -> None:
    failing = replace(outlook, failures=outlook.failures + 1, failed_at=NOW)
    assert due(replace(failing, failures=failing.failures + more), rules) >= due(failing, rules)


@given(outlook=outlooks, rules=any_rules)
def test_a_failed_scrape_is_never_repeated_at_once(outlook: Outlook, rules: Rules) -> None:
    failed = replace(outlook, failures=max(outlook.failures, 1), failed_at=NOW)
    assert due(failed, rules) >= NOW + timedelta(seconds=30)


@given(outlook=outlooks, rules=any_rules, score=st.floats(0, 10_000))
def test_always_does_not_look_at_popularity(outlook: Outlook, rules: Rules, score: float) -> None:
    rules = replace(rules, policy="always")
    assert plan(outlook, rules, now=NOW) == plan(
        replace(outlook, popularity=Popularity(score, NOW)), rules, now=NOW
    )


@given(
    lives=st.lists(a_life, min_size=1, max_size=6),
    number=st.integers(1, 10**9),
    rules=any_rules,
)
def test_always_is_the_rule_of_the_first_expiry(
    lives: list[timedelta | None], number: int, rules: Rules
) -> None:
    fresh = episode(*(link(lives=life) for life in lives), number=number)
    known = [each.expires_at for each in fresh.links if each.expires_at is not None]
    first = ahead_of(min(known, default=NOW + rules.ttl), since=NOW, ahead=rules.ahead, episode_id=number)
    assert due(fresh, replace(rules, policy="always")) == max(first, NOW + SOONEST)


@given(outlook=outlooks, rules=any_rules, links=st.lists(links_of([RefreshClass.SINGLE_USE]), min_size=1))
def test_links_that_work_once_are_never_refreshed_by_themselves(
    outlook: Outlook, rules: Rules, links: list[LinkOutlook]
) -> None:
    assert due(replace(outlook, links=links), rules) == NEVER


@given(outlook=outlooks, rules=any_rules)
def test_every_server_of_a_single_use_link_is_spared(outlook: Outlook, rules: Rules) -> None:
    once = {each.server for each in outlook.links if each.refresh_class is RefreshClass.SINGLE_USE}
    assert once <= set(spared(outlook.links, outlook.watched_at, rules, now=NOW))


@given(outlook=outlooks, rules=any_rules, later=waits(timedelta(0), timedelta(days=30)))
def test_sparing_ends_when_nobody_watches(outlook: Outlook, rules: Rules, later: timedelta) -> None:
    quiet = NOW + rules.watching + later
    once = {each.server for each in outlook.links if each.refresh_class is RefreshClass.SINGLE_USE}
    assert set(spared(outlook.links, outlook.watched_at, rules, now=quiet)) == once


@given(outlook=outlooks, rules=any_rules)
def test_what_was_never_scraped_has_a_turn_only_if_it_is_next(outlook: Outlook, rules: Rules) -> None:
    never = replace(outlook, last_scraped_at=None)
    if due(never, rules) != NEVER:
        assert never.next_up_since is not None
        assert NOW - never.next_up_since < rules.next_up_for


@given(wait=waits(timedelta(0), timedelta(days=365)), number=st.integers(1, 10**9))
def test_the_spread_keeps_within_the_last_tenth(wait: timedelta, number: int) -> None:
    moved = spread(wait, since=NOW, episode_id=number) - NOW
    assert wait * (1 - SPREAD) - timedelta(microseconds=2) <= moved <= wait
