from decimal import Decimal

import pytest

from wellspring_gateway.domain.parts import Part, part_links, part_to_show

LONG = [
    Part(1, Decimal(1), Decimal(100), 100),
    Part(1, Decimal(101), Decimal("150.5"), 51),
    Part(2, Decimal(1), Decimal(30), 30),
]


def test_a_title_of_a_hundred_episodes_is_shown_whole() -> None:
    assert part_to_show([LONG[0]], "1", "5") is None
    assert part_to_show([], "", "") is None
    assert part_links([LONG[0]], None, "x") == {"seasons": [], "parts": []}


@pytest.mark.parametrize(
    ("season", "start", "shown"),
    [
        ("", "", 0),
        ("1", "", 0),
        ("1", "101", 1),
        ("1", "150.5", 1),
        ("1", "9999", 1),
        ("1", "0", 0),
        ("2", "", 2),
        ("3", "", 0),
        ("²", "<b>", 0),
        ("9" * 30, "-1", 0),
    ],
)
def test_an_address_chooses_a_part_and_nonsense_the_first(season: str, start: str, shown: int) -> None:
    assert part_to_show(LONG, season, start) == LONG[shown]


def test_the_ways_lead_to_every_part_of_the_season_and_to_the_other_seasons() -> None:
    ways = part_links(LONG, LONG[1], "long")
    assert [(way["season"], way["url"], way["shown"]) for way in ways["seasons"]] == [
        (1, "/title/long?season=1&from=1", True),
        (2, "/title/long?season=2&from=1", False),
    ]
    assert [(way["label"], way["shown"]) for way in ways["parts"]] == [
        ("1–100", False),
        ("101–150.5", True),
    ]
    assert part_links(LONG, LONG[2], "long")["parts"] == []
