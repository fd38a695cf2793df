"""Which bytes are there, and which go next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_uploader.domain.pieces import next_piece, received, spans_of


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("bytes=0-9", [(0, 10)]),
        ("0-9,20-29/40", [(0, 10), (20, 30)]),
        ("bytes 20-29, 0-9/40", [(0, 10), (20, 30)]),
        ("", []),
        ("bytes=9-3", []),
        ("nonsense", []),
    ],
)
def test_a_header_is_read(text: str, spans: list[tuple[int, int]]) -> None:
    assert spans_of(text) == spans


@given(st.integers(1, 500), st.integers(1, 60), st.lists(st.tuples(st.integers(0, 499), st.integers(1, 80))))
def test_pieces_fill_every_gap_once_and_end(size: int, longest: int, had: list[tuple[int, int]]) -> None:
    spans = [(first, min(size, first + length)) for first, length in had if first < size]
    there = {at for first, stop in spans for at in range(first, stop)}
    assert received(spans) == len(there)
    while (piece := next_piece(spans, size, longest)) is not None:
        new = set(range(*piece))
        assert 0 < len(new) <= longest
        assert not new & there
        there |= new
        spans.append(piece)
    assert there == set(range(size))
