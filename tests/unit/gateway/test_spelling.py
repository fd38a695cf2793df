import pytest

from wellspring_gateway.domain.spelling import corrected, meant_by, slips_between, swaps_of


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("glory", "glory", 0),
        ("glroy", "glory", 1),  # swapped
        ("glry", "glory", 1),  # dropped
        ("gloory", "glory", 1),  # added
        ("glary", "glory", 1),  # changed
        ("glroyy", "glory", 2),
        ("story", "glory", 2),
        ("squid", "glory", 3),
        ("", "glory", 3),
    ],
)
def test_slips_are_counted_up_to_the_most_that_matter(one: str, other: str, slips: int) -> None:
    assert slips_between(one, other, most=2) == slips
    assert slips_between(other, one, most=2) == slips


def test_the_nearest_word_is_meant_and_of_those_the_one_most_titles_have() -> None:
    assert meant_by("glroy", {"glory": 1, "gory": 90}) == "glory"
    assert meant_by("kings", {"king": 40, "rings": 3}) == "king"
    assert meant_by("runing", {"running": 1, "pudding": 99}) == "running"


def test_a_short_word_may_have_fewer_slips_than_a_long_one() -> None:
    assert meant_by("of", {"on": 5}) is None
    assert meant_by("gmae", {"game": 1, "mage": 7}) == "game"
    assert meant_by("gxxe", {"game": 1}) is None
    assert meant_by("extraordnary", {"extraordinary": 1}) == "extraordinary"


def test_a_query_with_a_word_that_nothing_resembles_stays_as_it_is() -> None:
    assert corrected(["the", "glroy"], {"glroy": {"glory": 1}}) == "the glory"
    assert corrected(["the", "glroy", "zzzzzz"], {"glroy": {"glory": 1}, "zzzzzz": {}}) is None
    assert corrected(["the", "glory"], {}) is None


def test_swaps_are_all_neighbours_once() -> None:
    assert swaps_of("abc") == ["bac", "acb"]
    assert swaps_of("a") == []
