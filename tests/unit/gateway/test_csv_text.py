"""The text of CSV files as spreadsheets, editors and accidents leave it."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_gateway.domain.csv_text import LONGEST_LINE, MOST_LINES_OF_ROW, Cells, decoded, rows_of


def cells(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """Return the rows of a text that has no mistake."""
    rows = list(rows_of(text))
    assert [row.wrong for row in rows] == [None] * len(rows)
    return [(row.line, row.cells) for row in rows]


@pytest.mark.parametrize(
    "body",
    [
        "á,b".encode(),
        codecs.BOM_UTF8 + "á,b".encode(),
        "á,b".encode("utf-16"),
        "á,b".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "á,b".encode("utf-16-be"),
    ],
)
def test_utf_8_and_utf_16_are_read_with_and_without_their_mark(body: bytes) -> None:
    assert decoded(body) == "á,b"


def test_big_endian_without_a_mark_is_known_by_its_zeros() -> None:
    assert decoded("show".encode("utf-16-be")) == "show"


@pytest.mark.parametrize("body", ["á".encode("latin-1"), b"\xff\xfea", b"\x00\xd8\x00"])
def test_other_encodings_are_refused_instead_of_guessed(body: bytes) -> None:
    assert decoded(body) is None


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_separator_and_the_line_ends_are_found(separator: str, end: str) -> None:
    text = end.join(separator.join(row) for row in (("a", "b"), ("1", "x.y"), ("", "z")))
    assert cells(text) == [(1, ("a", "b")), (2, ("1", "x.y")), (3, ("", "z"))]


def test_a_spreadsheet_may_name_its_separator_first() -> None:
    assert cells("sep=;\na,b;c\n1;2") == [(2, ("a,b", "c")), (3, ("1", "2"))]


def test_blank_lines_count_but_are_no_rows() -> None:
    assert cells("\n\na,b\n\n ,\n1,2\n\n") == [(3, ("a", "b")), (6, ("1", "2"))]


def test_quotes_hold_separators_quotes_and_line_ends() -> None:
    assert cells('a,b\n"x, ""y""",2\n"two\nlines",3\n4,5') == [
        (1, ("a", "b")),
        (2, ('x, "y"', "2")),
        (3, ("two\nlines", "3")),
        (5, ("4", "5")),
    ]


def test_an_open_quote_costs_its_own_line_only() -> None:
    rows = list(rows_of('a,b\n"open,1\n2,3\n"q",4\n5,6'))
    assert [(row.line, row.wrong is None, row.cells) for row in rows] == [
        (1, True, ("a", "b")),
        (2, False, ()),
        (3, True, ("2", "3")),
        (4, True, ("q", "4")),
        (5, True, ("5", "6")),
    ]


def test_a_quote_in_the_middle_is_a_mistake() -> None:
    assert [row.wrong is None for row in rows_of('a,b\n"x"y,1\n2,3')] == [True, False, True]


def test_rows_and_lines_have_an_end() -> None:
    long = "x" * (LONGEST_LINE + 1)
    over = '"' + "\n" * MOST_LINES_OF_ROW + '",1'
    rows = list(rows_of(f"a,b\n{long},1\n{over}\n2,3"))
    assert [row.wrong is None for row in rows] == [True, False, False, False, True]
    assert rows[-1].cells == ("2", "3")


@given(st.text(max_size=300))
def test_no_text_crashes_the_reader(text: str) -> None:
    rows = list(rows_of(text))
    assert all(isinstance(row, Cells) for row in rows)
    assert [row.line for row in rows] == sorted({row.line for row in rows})


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_decoder(body: bytes) -> None:
    text = decoded(body)
    assert text is None or isinstance(text, str)


@given(
    st.lists(
        st.tuples(
            *[st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n"), min_size=1)]
            * 3
        ),
        min_size=1,
        max_size=6,
    ).filter(lambda rows: all(any(cell.strip() for cell in row) for row in rows))
)
def test_what_is_written_with_quotes_is_read_again(rows: list[tuple[str, str, str]]) -> None:
    text = "\n".join(";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    assert [row for _, row in cells(f"sep=;\n{text}")] == rows
