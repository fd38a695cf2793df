"""Whole rounds: whatever hosts and networks do, no link dies of an outage."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.examples import examples
from tests.unit.health.fakes import due_link
from tests.unit.health.test_verdict import ALIVE, BY_CAUSE, GONE, NOW
from wellspring_health.domain.breakers import Breaker, OwnNetwork
from wellspring_health.domain.evidence import NETWORK, RULES, Cause, Evidence, cause_of
from wellspring_health.domain.looks import IDLE, NEAR, WATCHED, DueLink, Look
from wellspring_health.domain.rounds import Rules, Settled, settle
from wellspring_health.domain.verdict import State

RULES_HERE = Rules(timedelta(minutes=30), timedelta(hours=24), timedelta(days=3), 9)
HOSTS = ("a", "b", "c", "d")
CUT_OFF = [replace(BY_CAUSE[cause], http_status=None) for cause in sorted(NETWORK)]
steps = st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=12))
anything = st.sampled_from([ALIVE, *BY_CAUSE.values()])


class House:
    """A few links on a few hosts, and what is known of all of them."""

    def __init__(self, per_host: int = 2) -> None:
        self.links: dict[int, DueLink] = {}
        for place, host in enumerate(HOSTS):
            for number in range(per_host):
                link = due_link(place * 10 + number, NOW, State.ALIVE, host=host)
                self.links[link.link_id] = link
        self.breakers: dict[str, Breaker] = {}
        self.own = OwnNetwork()

    def round(self, seen: dict[int, Evidence], now: datetime) -> Settled:
        """Look at some links at once and keep what is believed of them."""
        looks = [Look(self.links[number], evidence) for number, evidence in seen.items()]
        done = settle(looks, self.breakers, self.own, rules=RULES_HERE, now=now)
        self.own = done.own
        self.breakers |= done.breakers
        for each in done.checked:
            number = each.link.link_id
            self.links[number] = replace(self.links[number], health=each.health)
        return done


@settings(max_examples=examples(50))
@given(
    rounds=st.lists(st.tuples(steps, st.lists(st.sampled_from(CUT_OFF), min_size=8, max_size=8)), max_size=12)
)
def test_our_own_outage_never_kills(rounds: list[tuple[timedelta, list[Evidence]]]) -> None:
    house, now = House(), NOW
    for step, evidence in rounds:
        now += step
        house.round(dict(zip(house.links, evidence, strict=True)), now)
        assert house.own.is_down
        assert {link.health.state for link in house.links.values()} == {State.ALIVE}
    house.round(dict.fromkeys(house.links, ALIVE), now)
    assert not house.own.is_down


@settings(max_examples=examples(50))
@given(rounds=st.lists(st.tuples(steps, st.lists(anything, min_size=8, max_size=8)), max_size=12))
def test_no_link_dies_in_a_round_in_which_its_host_or_our_network_is_down(
    rounds: list[tuple[timedelta, list[Evidence]]],
) -> None:
    house, now = House(), NOW
    for step, evidence in rounds:
        now += step
        done = house.round(dict(zip(list(house.links), evidence, strict=True)), now)
        for each in done.checked:
            died = each.health.state is State.DEAD and each.link.health.state is not State.DEAD
            if died:
                assert not done.own.is_down
                assert not house.breakers.get(each.link.host, Breaker()).frozen
                assert cause_of(each.evidence) in RULES


def test_one_host_that_is_down_is_that_host() -> None:
    house = House(per_host=4)
    down = {number: Evidence("connect") for number, link in house.links.items() if link.host == "a"}
    for hours in range(0, 100, 5):
        rest = {number: ALIVE for number, link in house.links.items() if link.host != "a"}
        house.round({**rest, **down}, NOW + timedelta(hours=hours))
    assert not house.own.is_down
    assert {host for host, breaker in house.breakers.items() if breaker.frozen} == {"a"}
    assert {link.health.state for link in house.links.values()} == {State.ALIVE, State.SUSPECT}


def test_a_link_of_a_host_that_rests_is_not_asked_before_the_host_is() -> None:
    house = House(per_host=4)
    done = house.round({number: Evidence("connect") for number in (0, 1, 2, 3)}, NOW)
    rests = house.breakers["a"].not_before
    assert rests is not None
    assert all(each.health.next_check_at >= rests for each in done.checked)


def test_an_answer_of_any_kind_shows_that_our_network_works() -> None:
    house = House()
    house.round({0: Evidence("connect"), 10: Evidence("timeout"), 20: GONE, 30: Evidence("dns")}, NOW)
    assert not house.own.is_down


def test_a_few_links_that_are_all_refused_stay_and_the_first_that_is_served_speaks_against_the_rest() -> None:
    refused = BY_CAUSE[Cause.FORBIDDEN]
    house, now = House(), NOW
    for _ in range(9):
        house.round({0: refused, 1: refused, 10: ALIVE}, now)
        assert {house.links[number].health.state for number in (0, 1)} == {State.SUSPECT}
        now += timedelta(hours=6)
    house.round({0: refused, 1: ALIVE}, now)
    assert [house.links[number].health.state for number in (0, 1)] == [State.DEAD, State.ALIVE]


def test_urgency_says_what_comes_first() -> None:
    house = House()
    house.links[1] = replace(house.links[1], plays_per_day=0)
    house.links[11] = replace(house.links[11], plays_per_day=0, wanted_at=NOW - timedelta(hours=2))
    done = house.round({0: ALIVE, 1: ALIVE, 10: GONE, 11: ALIVE}, NOW)
    assert [each.urgency for each in done.checked] == [WATCHED, IDLE, NEAR, WATCHED]


def test_what_was_not_asked_keeps_all_but_its_time() -> None:
    house = House()
    before = house.links[0].health
    (each,) = house.round({0: Evidence("not_asked", retry_after_s=7)}, NOW).checked
    assert cause_of(each.evidence) is Cause.NOT_ASKED
    assert not each.asked
    assert each.health == replace(before, next_check_at=NOW + timedelta(seconds=7))
