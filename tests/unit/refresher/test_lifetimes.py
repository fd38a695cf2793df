"""What is learned of lifetimes from deaths that probes saw, and from links that were replaced alive."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_refresher.domain.lifetimes import ENOUGH, Lifetime, Observation, learn

HOUR = 3600.0
EVERY = 900.0
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def watched(
    draw: Callable[[random.Random], float], *, links: int, replaced_after: float | None = None
) -> list[Observation]:
    """Return what probes every quarter of an hour see of links, some of them replaced before they die."""
    dice = random.Random(7)
    found = []
    for number in range(links):
        life = draw(dice)
        made = number * 1800.0
        if replaced_after is not None and number % 2 and life > replaced_after:
            found.append(Observation(replaced_after, None, made + replaced_after))
            continue
        alive = life // EVERY * EVERY
        found.append(Observation(alive, alive + EVERY, made + alive + EVERY))
    return found


def learned(observations: list[Observation]) -> Lifetime:
    found = learn(observations)
    assert found is not None
    return found


@pytest.mark.parametrize("replaced_after", [None, 4 * HOUR])
def test_a_fixed_lifetime_is_found_between_two_looks(replaced_after: float | None) -> None:
    found = learned(watched(lambda _: 6 * HOUR - 60, links=80, replaced_after=replaced_after))
    assert 6 * HOUR - 2 * EVERY <= found.low_s <= found.middle_s <= found.high_s <= 6 * HOUR + EVERY
    assert found.deaths + found.survivors == 80


@pytest.mark.parametrize("replaced_after", [None, 2.5 * HOUR])
def test_uniform_lifetimes_are_bracketed(replaced_after: float | None) -> None:
    found = learned(watched(lambda dice: dice.uniform(2, 6) * HOUR, links=400, replaced_after=replaced_after))
    assert 1.75 * HOUR <= found.low_s <= 2.5 * HOUR
    assert 3.5 * HOUR <= found.middle_s <= 4.5 * HOUR
    assert 5.4 * HOUR <= found.high_s <= 6.25 * HOUR


def test_exponential_lifetimes_are_bracketed() -> None:
    found = learned(watched(lambda dice: dice.expovariate(1 / (3 * HOUR)), links=1000))
    assert found.low_s <= 0.25 * HOUR
    assert 1.7 * HOUR <= found.middle_s <= 2.5 * HOUR
    assert found.high_s >= 7.5 * HOUR


def test_early_refreshes_do_not_make_lives_look_shorter() -> None:
    fixed = watched(lambda _: 6 * HOUR - 60, links=200)
    early = [Observation(HOUR, None, float(number)) for number in range(2000)]
    assert learned(fixed + early).low_s == learned(fixed).low_s


def test_too_few_deaths_teach_nothing_however_many_survive() -> None:
    survivors = [Observation(5 * HOUR, None)] * 500
    deaths = watched(lambda _: 6 * HOUR - 60, links=ENOUGH)
    assert learn(survivors + deaths[1:]) is None
    assert learn(survivors + deaths) is not None
    assert learn([]) is None


def test_few_deaths_among_many_that_were_replaced_alive_say_little_of_the_end() -> None:
    deaths = [Observation(HOUR + part * 60, HOUR + part * 60 + 600, part * 1e4) for part in range(ENOUGH)]
    assert learned(deaths).low_s == HOUR
    assert learn([*deaths, *[Observation(3 * HOUR, None)] * 2000]) is None


def test_a_server_that_kills_all_its_links_at_once_is_one_observation() -> None:
    lived = watched(lambda _: 6 * HOUR - 60, links=60)
    outage = [Observation(age * 300.0, age * 300.0 + EVERY, 9e6 + age) for age in range(60)]
    assert learn(outage) is None
    assert learned(lived + outage).low_s == learned(lived).low_s


def test_links_of_one_age_that_die_together_are_one_death_of_that_age() -> None:
    lived = watched(lambda _: 6 * HOUR - 60, links=60)
    batch = [Observation(6 * HOUR - EVERY, 6 * HOUR, 9e6 + number) for number in range(30)]
    assert learned(lived + batch).deaths == 61


def test_deaths_during_an_outage_of_ours_say_nothing() -> None:
    lived = watched(lambda _: 6 * HOUR - 60, links=60)
    unseen = [Observation(0.5 * HOUR, 30 * HOUR, 1e6 + number * 5000) for number in range(300)]
    assert learned(lived + unseen) == learned(lived)
    assert learn(unseen) is None


def test_the_uncertainty_shrinks_with_what_is_seen() -> None:
    few = learned(watched(lambda dice: dice.uniform(2, 6) * HOUR, links=25))
    many = learned(watched(lambda dice: dice.uniform(2, 6) * HOUR, links=2000))
    assert few.low_s <= many.low_s + EVERY
    assert abs(many.middle_s - 4 * HOUR) <= EVERY


def test_the_grounds_are_told_in_a_few_words() -> None:
    found = Lifetime(5.8 * HOUR, 6 * HOUR, 6.1 * HOUR, 30, 8)
    assert found.evidence("pixel") == "learned: 5.8–6.1 h from 38 links of pixel"
    assert Lifetime(600, 600, 600, 20, 0).evidence("fsl") == "learned: 10.0 min from 20 links of fsl"


@pytest.mark.parametrize(("age_h", "ends_h"), [(0, 2), (1.9, 2), (2, 4), (4.5, 6), (6, None)])
def test_a_link_seen_again_is_held_to_the_next_stage_of_life(age_h: float, ends_h: float | None) -> None:
    life = Lifetime(2 * HOUR, 4 * HOUR, 6 * HOUR, 50, 0)
    ends = life.ends(made_at=NOW - timedelta(hours=age_h), seen_at=NOW)
    assert ends == (None if ends_h is None else NOW + timedelta(hours=ends_h - age_h))


LIVES = st.floats(0, 1e6)


@given(
    st.lists(
        st.builds(
            lambda alive, more, at: Observation(alive, None if more is None else alive + more, at),
            LIVES,
            st.none() | LIVES,
            st.none() | st.floats(0, 1e7),
        ),
        max_size=120,
    )
)
def test_whatever_was_seen_the_three_ages_are_in_order(seen: list[Observation]) -> None:
    found = learn(seen)
    if found is not None:
        assert 0 <= found.low_s <= found.middle_s <= found.high_s
        assert found.deaths >= ENOUGH
        longest = max(one.dead_by_s or one.alive_for_s for one in seen)
        assert found.high_s <= longest
