"""What a form says of links to look at, and when a run has waited for too long."""

from datetime import UTC, datetime, timedelta

import pytest

from wellspring_gateway.domain.host_health import most_frequent, position_at
from wellspring_gateway.domain.probing import ProbeFilter, is_unheard, parse_form

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_an_empty_form_means_every_link() -> None:
    assert parse_form({"limit": " ", "title": "", "csrf_token": "x"}) == ProbeFilter()


def test_every_condition_of_a_form_is_taken() -> None:
    fields = {"limit": "100", "older_than_hours": "0,5", "timeout_s": "2.5", "host": " pixel "}
    wanted = ProbeFilter(limit=100, older_than_hours=0.5, timeout_s=2.5, host="pixel")
    assert parse_form(fields) == wanted


@pytest.mark.parametrize(
    "said",
    [
        "nine-lantern-ferry",
        "/title/nine-lantern-ferry",
        "https://films.example/title/nine-lantern-ferry/?lang=id#top",
        "Nine Lantern Ferry",
    ],
)
def test_a_title_is_known_by_its_name_and_by_its_address(said: str) -> None:
    assert parse_form({"title": said}) == ProbeFilter(title="nine-lantern-ferry")


@pytest.mark.parametrize(
    ("field", "said", "key"),
    [
        ("limit", "0", "out_of_range"),
        ("limit", "1.5", "no_whole_number"),
        ("limit", "many", "no_whole_number"),
        ("older_than_hours", "-1", "out_of_range"),
        ("older_than_hours", "nan", "out_of_range"),
        ("older_than_hours", "a day", "not_a_number"),
        ("timeout_s", "61", "out_of_range"),
        ("timeout_s", "0", "out_of_range"),
        ("host", "two words", "one_word"),
        ("host", "h" * 301, "too_long"),
        ("title", "zero\x00", "one_word"),
    ],
)
def test_what_is_wrong_is_told_by_field(field: str, said: str, key: str) -> None:
    found = parse_form({field: said})
    assert not isinstance(found, ProbeFilter)
    assert {name: error.key for name, error in found.items()} == {field: key}


def test_only_what_waits_for_long_is_unheard() -> None:
    assert is_unheard("queued", NOW - timedelta(seconds=20), NOW)
    assert not is_unheard("queued", NOW - timedelta(seconds=19), NOW)
    assert not is_unheard("running", NOW - timedelta(hours=1), NOW)


def test_an_open_breaker_whose_rest_is_over_is_being_tried_again() -> None:
    later = NOW + timedelta(minutes=5)
    assert position_at("open", later, NOW) == ("open", later)
    assert position_at("open", NOW, NOW) == ("half_open", None)
    assert position_at("half_open", later, NOW) == ("half_open", None)


def test_the_most_frequent_reasons_come_first() -> None:
    counted = {"dns": 1, "timeout": 9, "connect": 4, "tls": 4}
    assert list(most_frequent(counted, most=3).items()) == [("timeout", 9), ("connect", 4), ("tls", 4)]
