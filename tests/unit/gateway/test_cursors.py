from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.errors import Permanent
from wellspring_gateway.domain.cursors import decode_cursor, encode_cursor, moment, row_id, words

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  (bounds have none)
IDS = st.integers(1, 2**63 - 1)
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=80)
FORMS = (moment, row_id, words)
THEN = "2026-01-01T00:00:00+00:00"


def refused(cursor: str) -> None:
    with pytest.raises(Permanent) as caught:
        decode_cursor("letters", cursor, FORMS)
    assert caught.value.code == "bad_cursor"


@given(then=MOMENTS, row=IDS, text=TEXTS)
def test_a_place_comes_back_as_it_went(then: datetime, row: int, text: str) -> None:
    cursor = encode_cursor("letters", then, row, text)
    assert decode_cursor("letters", cursor, FORMS) == (then, row, text)
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (THEN, 1),
        (THEN, 1, "links", "more"),
        ("yesterday", 1, "links"),
        (7, 1, "links"),
        ("2026-01-01T00:00:00", 1, "links"),  # of no zone
        ("1969-12-31T00:00:00+00:00", 1, "links"),
        (THEN, True, "links"),
        (THEN, 0, "links"),
        (THEN, -1, "links"),
        (THEN, 2**63, "links"),
        (THEN, 1, "\x00"),
    ],
)
def test_a_cursor_of_another_shape_is_refused(parts: tuple[object, ...]) -> None:
    refused(encode_cursor("letters", *parts))


def test_a_cursor_of_another_list_is_refused() -> None:
    refused(encode_cursor("trash", THEN, 1, "links"))


@pytest.mark.parametrize(
    "text",
    ["", "e", "é", "[]", "W10", "bnVsbA", "eyJiZWZvcmUiOjF9", "WzFd", "\x00", "[" * 9000, "W1tb" * 400],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    refused(text)
