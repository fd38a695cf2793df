from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from wellspring_refresher.domain.budget import FURTHEST, HOUR, Used, Wish, allot, host_of, hour_of

NOW = datetime(2026, 1, 1, 12, 34, 56, tzinfo=UTC)
THIS = datetime(2026, 1, 1, 12, tzinfo=UTC)


def wishes(count: int, *hosts: str) -> list[Wish]:
    return [Wish(number, frozenset(hosts or ("a",))) for number in range(1, count + 1)]


def test_who_is_within_the_budget_asks_and_the_others_have_their_turn_later() -> None:
    given_ = allot(wishes(5), {("a", THIS): Used(asked=7)}, most=10, now=NOW)
    assert given_.granted == [1, 2, 3]
    assert set(given_.later) == {4, 5}
    assert all(THIS + HOUR <= due < THIS + 2 * HOUR for due in given_.later.values())
    assert given_.asked == Counter({("a", THIS): 3})
    assert given_.moved == Counter({("a", THIS + HOUR): 2})


def test_what_is_moved_fills_hour_after_hour_and_not_one() -> None:
    moved = allot(wishes(25), {("a", THIS): Used(asked=10)}, most=10, now=NOW).moved
    assert moved == Counter({("a", THIS + HOUR): 10, ("a", THIS + 2 * HOUR): 10, ("a", THIS + 3 * HOUR): 5})


def test_what_was_moved_into_an_hour_before_takes_its_room() -> None:
    used = {("a", THIS): Used(asked=1), ("a", THIS + HOUR): Used(moved=1)}
    (due,) = allot(wishes(1), used, most=1, now=NOW).later.values()
    assert hour_of(due) == THIS + 2 * HOUR


def test_a_full_host_does_not_hold_up_another() -> None:
    both = [Wish(1, frozenset({"full"})), Wish(2, frozenset({"free"})), Wish(3, frozenset({"full", "free"}))]
    given_ = allot(both, {("full", THIS): Used(asked=5)}, most=5, now=NOW)
    assert given_.granted == [2]
    assert set(given_.later) == {1, 3}


def test_a_host_is_known_by_its_name_alone() -> None:
    assert host_of("https://Pages.Example:8443/a?b") == "pages.example"
    assert host_of("not a url") == ""


@given(
    count=st.integers(0, 60),
    most=st.integers(1, 20),
    asked=st.integers(0, 30),
    hosts=st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3, unique=True),
)
def test_no_host_is_ever_asked_more_than_its_budget(
    count: int, most: int, asked: int, hosts: list[str]
) -> None:
    used = {(host, THIS): Used(asked=asked) for host in hosts}
    given_ = allot(wishes(count, *hosts), used, most=most, now=NOW)
    assert len(given_.granted) + len(given_.later) == count
    assert not set(given_.granted) & set(given_.later)
    for host in hosts:
        assert given_.asked[host, THIS] + asked <= max(most, asked)
    if count <= most * FURTHEST:
        assert all(booked <= most for booked in given_.moved.values())
    assert all(THIS + HOUR <= due <= THIS + (FURTHEST + 1) * HOUR for due in given_.later.values())


def test_moved_turns_are_spread_over_their_hour() -> None:
    given_ = allot(wishes(200), {("a", THIS): Used(asked=500)}, most=500, now=NOW)
    minutes = {(due - hour_of(due)) // timedelta(minutes=6) for due in given_.later.values()}
    assert minutes == set(range(10))
