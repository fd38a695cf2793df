from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.errors import Permanent
from wellspring_gateway.domain.cursors import pack, pack_moment, unpack, unpack_moment

MOMENTS = st.datetimes(timezones=st.just(UTC))
IDS = st.integers(1, 2**63 - 1)


@given(moment=MOMENTS, row=IDS)
def test_a_moment_comes_back_as_it_went(moment: datetime, row: int) -> None:
    assert unpack_moment(pack_moment(moment, row, s="links")) == (
        moment,
        row,
        {"t": moment.isoformat(), "i": row, "s": "links"},
    )


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"t": "yesterday", "i": 1},
        {"t": 7, "i": 1},
        {"t": "2026-01-01T00:00:00", "i": 1},  # of no zone
        {"t": "2026-01-01T00:00:00+00:00"},
        {"t": "2026-01-01T00:00:00+00:00", "i": True},
        {"t": "2026-01-01T00:00:00+00:00", "i": 0},
        {"t": "2026-01-01T00:00:00+00:00", "i": 2**63},
    ],
)
def test_a_cursor_of_another_shape_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(Permanent) as refused:
        unpack_moment(pack(said))
    assert refused.value.code == "bad_cursor"


@pytest.mark.parametrize("text", ["", "e", "é", "[]", "W10", "bnVsbA", "\x00", "[" * 9000, "W1tb" * 400])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Permanent) as refused:
        unpack(text)
    assert refused.value.code == "bad_cursor"
