"""What an edit by a program locks, and that the API knows every field that can be locked."""

from typing import Any, get_args

import pytest

from wellspring_gateway.domain.documents.episodes import Lockable as EpisodeLockable
from wellspring_gateway.domain.documents.titles import EDITABLE, Lockable, TitleEdit
from wellspring_gateway.domain.editing import EPISODE_FIELDS, FIELDS
from wellspring_gateway.domain.locking import episode_locks, with_locks

HELD: dict[str, Any] = {
    "title": "A",
    "year": 2022,
    "score": 8.1,
    "genres": ["Drama"],
    "locked_fields": ["kind", "of_a_later_release"],
}


def test_what_is_changed_is_locked_and_what_was_locked_stays_so() -> None:
    changed = with_locks({"year": 2023, "title": "A", "genres": ["Drama"], "score": 8.1}, HELD)
    assert changed["locked_fields"] == ["kind", "of_a_later_release", "year"]
    assert changed["year"] == 2023


def test_a_field_that_is_emptied_is_locked_too() -> None:
    assert "year" in with_locks({"year": None}, HELD)["locked_fields"]


def test_who_says_what_is_locked_is_taken_at_their_word() -> None:
    assert with_locks({"year": 2023, "locked_fields": []}, HELD)["locked_fields"] == []


def test_all_that_a_page_locks_can_be_sent_back() -> None:
    assert set(get_args(Lockable)) == set(FIELDS)
    assert TitleEdit.model_validate({"locked_fields": list(FIELDS)}).locked_fields == list(FIELDS)
    assert EDITABLE == {*FIELDS, "locked_fields"} == set(TitleEdit.model_fields)


def test_of_an_episode_only_its_name_and_day_are_locked() -> None:
    held = {"season": 1, "number": 2, "name": None, "aired_at": None, "locked_fields": ["aired_at"]}
    changed = with_locks({"number": 3, "name": "Between"}, held, fields=EPISODE_FIELDS)
    assert changed == {"number": 3, "name": "Between", "locked_fields": ["aired_at", "name"]}
    assert set(get_args(EpisodeLockable)) == set(EPISODE_FIELDS)


@pytest.mark.parametrize(
    ("held", "changed", "is_ticked", "by_a_person", "by_a_match"),
    [
        (["name"], ["aired_at"], False, ["aired_at"], ["name"]),
        (["name"], ["aired_at"], True, ["aired_at", "name"], ["aired_at", "name"]),
        (["name"], [], False, [], ["name"]),
        ([], ["name"], False, ["name"], []),
        ([], ["name"], True, ["aired_at", "name"], ["aired_at", "name"]),
        (["later"], [], False, ["later"], ["later"]),
    ],
)
def test_a_match_of_an_episode_unlocks_nothing(
    held: list[str], changed: list[str], is_ticked: bool, by_a_person: list[str], by_a_match: list[str]
) -> None:
    assert episode_locks(held, changed, is_ticked=is_ticked, is_match=False) == by_a_person
    assert episode_locks(held, changed, is_ticked=is_ticked, is_match=True) == by_a_match
