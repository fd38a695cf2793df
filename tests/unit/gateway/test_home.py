"""How far somebody came, in numbers that a card can show."""

import pytest

from wellspring_gateway.domain.home import Mark, is_home, parted
from wellspring_gateway.domain.shelf import wanted_by


@pytest.mark.parametrize(
    ("mark", "percent", "left"),
    [
        (Mark(0.0, 3600.0, finished=False), 0, 60),
        (Mark(1320.0, 3600.0, finished=False), 36, 38),
        (Mark(3599.0, 3600.0, finished=False), 99, 1),
        (Mark(4000.0, 3600.0, finished=False), 99, 1),
        (Mark(10.0, 3600.0, finished=True), 100, None),
        (Mark(10.0, None, finished=False), None, None),
        (Mark(10.0, 0.0, finished=False), None, None),
    ],
)
def test_a_mark_says_how_much_was_watched_and_how_much_is_left(
    mark: Mark, percent: int | None, left: int | None
) -> None:
    assert (mark.percent, mark.minutes_left) == (percent, left)


def test_whoever_searches_sorts_or_goes_on_in_the_list_is_not_at_home() -> None:
    assert is_home(wanted_by({}))
    assert is_home(wanted_by({"q": " ", "kind": "podcast", "sort": "newest"}))
    for said in ({"q": "a"}, {"kind": "movie"}, {"sort": "title"}, {"year": "2020"}, {"cursor": "x"}):
        assert not is_home(wanted_by(said))


def test_each_title_is_shown_once() -> None:
    rows = [{"id": each} for each in range(24)]
    recent, rest = parted(rows, goes_on=True)
    assert recent + rest == rows
    assert len(recent) == len(rest)
    assert parted(rows, goes_on=False) == ([], rows)
