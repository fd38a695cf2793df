"""Editing a title: what a form changes, what is refused, what is locked."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.errors import Permanent
from wellspring_gateway.domain.editing import (
    FIELDS,
    fit,
    locked_after,
    parse_changes,
    parse_episode_edit,
    text_of,
    texts_of,
)
from wellspring_gateway.domain.episodes import FieldError
from wellspring_gateway.domain.text import is_storable

HELD: dict[str, Any] = {
    **dict.fromkeys(FIELDS),
    "title": "The Glory",
    "kind": "series",
    "rights": "unknown",
    "genres": ["Drama", "Thriller"],
    "score": Decimal("8.10"),
    "year": 2022,
    "release_date": date(2022, 12, 30),
    "synopsis": "One.\nTwo.",
}
NAMES = st.sampled_from(FIELDS)


def vet(url: str) -> str:
    """Let in web addresses only."""
    if not url.startswith("https://"):
        raise Permanent("no", code="bad_url")
    return url


def changed(**fields: str) -> dict[str, Any]:
    """Return what fields change, none being wrong."""
    changes, errors = parse_changes(fields, HELD, vet=vet)
    assert errors == {}
    return changes


def wrong(**fields: str) -> dict[str, str]:
    """Return what is wrong with fields, none of them being taken."""
    changes, errors = parse_changes(fields, HELD, vet=vet)
    assert changes == {}
    return {name: error.key for name, error in errors.items()}


def test_a_form_that_comes_back_as_it_was_shown_changes_nothing() -> None:
    shown = texts_of(HELD)
    assert changed(**shown, csrf_token="x") == {}
    assert changed(**{**shown, "synopsis": "One.\r\nTwo.", "title": " The Glory "}) == {}


def test_what_a_crawl_stored_beyond_our_limits_does_not_stop_an_edit() -> None:
    held = {**HELD, "format": "x" * 5000, "score": Decimal("88.00")}
    changes, errors = parse_changes({**texts_of(held), "year": "2023"}, held, vet=vet)
    assert (changes, errors) == ({"year": 2023}, {})


def test_each_field_becomes_a_value_of_its_column() -> None:
    assert changed(score="7,5", year="2020", genres="A,  B ,A,", release_date="2024-04-06") == {
        "score": Decimal("7.50"),
        "year": 2020,
        "genres": ["A", "B"],
        "release_date": date(2024, 4, 6),
    }
    assert changed(year="", synopsis=" ", score="", genres="") == {
        "year": None,
        "synopsis": None,
        "score": None,
        "genres": [],
    }
    assert changed(status="ongoing", kind="movie", rights="owned", poster_url="https://a.example/b") == {
        "status": "ongoing",
        "kind": "movie",
        "rights": "owned",
        "poster_url": "https://a.example/b",
    }


def test_the_address_of_a_page_is_as_good_as_its_id() -> None:
    assert changed(
        imdb_id="https://www.imdb.com/title/tt21344706/?ref_=x",
        tmdb_id="https://www.themoviedb.org/tv/136283-the-glory",
        anilist_id="https://anilist.co/anime/154587/Frieren/",
    ) == {"imdb_id": "tt21344706", "tmdb_id": "136283", "anilist_id": "154587"}


def test_what_is_wrong_is_said_of_each_field() -> None:
    assert wrong(
        title=" ",
        kind="opera",
        year="1500",
        total_episodes="many",
        score="11",
        release_date="2024-13-01",
        imdb_id="21344706",
        tmdb_id="nine",
        poster_url="file:///etc/passwd",
        synopsis="x" * 5001,
        studio="\x00",
        genres=",".join(str(number) for number in range(21)),
    ) == {
        "title": "required",
        "kind": "other",
        "year": "out_of_range",
        "total_episodes": "no_whole_number",
        "score": "out_of_range",
        "release_date": "not_a_day",
        "imdb_id": "not_an_id",
        "tmdb_id": "not_an_id",
        "poster_url": "not_a_url",
        "synopsis": "too_long",
        "studio": "other",
        "genres": "too_long",
    }


def test_what_is_changed_is_locked_and_a_tick_taken_away_unlocks() -> None:
    assert locked_after(["year"], ["year"], ["title"]) == ["title", "year"]
    assert locked_after(["year", "title"], ["title"], []) == ["title"]
    assert locked_after(["of_a_later_version"], ["nonsense"], []) == ["of_a_later_version"]
    assert locked_after(["year"], [], ["year"]) == ["year"]


def test_an_episodes_day_is_midnight_and_its_name_one_line() -> None:
    parsed = parse_episode_edit(" A \n name ", "2024-04-06")
    assert parsed["name"] == "A name"
    assert text_of(parsed["aired_at"]) == "2024-04-06"
    assert parse_episode_edit("", "") == {"name": None, "aired_at": None}
    errors = parse_episode_edit("x" * 301, "06.04.2024")
    assert {name: error.key for name, error in errors.items() if isinstance(error, FieldError)} == {
        "name": "too_long",
        "aired_at": "not_a_day",
    }


@given(st.dictionaries(NAMES, st.text(max_size=60) | st.from_regex(r"[0-9., eE+-]{0,12}", fullmatch=True)))
def test_no_text_crashes_and_what_is_taken_can_be_kept(fields: dict[str, str]) -> None:
    changes, errors = parse_changes(fields, HELD, vet=vet)
    assert not set(changes) & set(errors)
    for name, value in changes.items():
        shown = text_of(value)
        assert is_storable(shown)
        again, _ = parse_changes({name: shown}, {**HELD, name: value}, vet=vet)
        assert again == {}


@given(st.dictionaries(NAMES, st.text(max_size=400)))
def test_what_is_made_to_fit_would_be_taken_as_it_is(texts: dict[str, str]) -> None:
    fitted = fit(texts, vet=vet)
    _, errors = parse_changes(fitted, HELD, vet=vet)
    assert errors == {}


@pytest.mark.parametrize("length", [301, 5000])
def test_texts_from_outside_are_shortened_and_not_refused(length: int) -> None:
    assert fit({"title": "x" * length, "year": "none"}, vet=vet) == {"title": "x" * 300}
