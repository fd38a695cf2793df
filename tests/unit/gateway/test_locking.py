"""What an edit by a program locks, and that the API knows every field that can be locked."""

from typing import Any, get_args

from wellspring_gateway.domain.documents.titles import EDITABLE, Lockable, TitleEdit
from wellspring_gateway.domain.editing import FIELDS
from wellspring_gateway.domain.locking import with_locks

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
    assert "poster_url" not in EDITABLE
