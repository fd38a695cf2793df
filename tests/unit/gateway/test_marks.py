"""Where intro and credits lie, as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_gateway.domain.marks import moment_text, parse_marks, parse_moment

NOTHING = dict.fromkeys(("intro_start", "intro_end", "outro_start", "outro_end"), "")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("65", 65),
        ("1:05", 65),
        (" 1:02:03.5 ", 3723.5),
        ("0:00", 0),
        ("90,5", 90.5),
        ("", None),
        ("1:60", None),
        ("-5", None),
        ("1e3", None),
        ("999:59:59", None),
        ("١:٠٥", None),
    ],
)
def test_a_moment_is_read_as_people_write_it(text: str, seconds: float | None) -> None:
    assert parse_moment(text) == seconds


@given(st.integers(0, 604_800_000))
def test_what_is_shown_is_read_again(thousandths: int) -> None:
    assert parse_moment(moment_text(thousandths / 1000)) == pytest.approx(thousandths / 1000)


def test_a_form_says_marks_or_what_is_wrong_with_them() -> None:
    marks, errors = parse_marks({**NOTHING, "intro_start": "1:05", "intro_end": "2:35"})
    assert errors == {}
    assert marks is not None
    assert marks.model_dump() == {"intro": {"start_s": 65, "end_s": 155}, "outro": None}
    marks, errors = parse_marks({**NOTHING, "intro_start": "x", "outro_start": "9:00", "outro_end": "8:00"})
    assert marks is None
    assert {name: error.key for name, error in errors.items()} == {
        "intro_start": "not_a_moment",
        "intro_end": "not_a_moment",
        "outro_end": "ends_before",
    }
