from collections import Counter

import pytest

from wellspring_sim.library import Library
from wellspring_sim.servers import MIXED
from wellspring_sim.viewing import Viewing

from .small import DAY


@pytest.fixture(scope="module")
def library() -> Library:
    return Library(3, 2_000, MIXED)


@pytest.fixture(scope="module")
def plays(library: Library) -> list[tuple[float, int]]:
    return Viewing(library, 3, days=20, per_day=300).plays()


def test_every_episode_belongs_to_one_title(library: Library) -> None:
    assert [episode for title in library.titles for episode in title] == list(range(2_000))
    assert all(
        library.title_of[episode] == number
        for number, title in enumerate(library.titles)
        for episode in title
    )


def test_the_last_episode_of_a_title_has_none_after_it(library: Library) -> None:
    title = next(title for title in library.titles if len(title) > 2)
    assert library.after(title[0]) == title[1]
    assert library.after(title[-1]) is None


def test_presses_come_in_order_and_about_as_many_as_asked_for(plays: list[tuple[float, int]]) -> None:
    assert plays == sorted(plays)
    assert plays[0][0] >= 0
    assert plays[-1][0] < 20 * DAY
    assert 0.7 < len(plays) / (20 * 300) < 1.1


def test_few_titles_are_played_often(library: Library, plays: list[tuple[float, int]]) -> None:
    by_title = Counter(library.title_of[episode] for _, episode in plays).most_common()
    top = sum(count for _, count in by_title[: len(library.titles) // 10])
    assert top > 0.4 * len(plays)


def test_series_are_watched_in_order(library: Library, plays: list[tuple[float, int]]) -> None:
    seen: set[int] = set()
    follows = 0
    for _, episode in plays:
        follows += episode - 1 in seen and library.after(episode - 1) == episode
        seen.add(episode)
    assert follows > 0.5 * len(plays)


def test_evenings_are_busier_than_nights(plays: list[tuple[float, int]]) -> None:
    hours = Counter(int(at % DAY // 3600) for at, _ in plays)
    assert sum(hours[hour] for hour in (19, 20, 21)) > 5 * sum(hours[hour] for hour in (2, 3, 4))
