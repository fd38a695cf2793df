"""Text of a CSV file: its encoding, its separator and its lines, each on its own."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_LINES_OF_ROW = 20
"""The most lines that one row may go over, by line breaks in quotes."""
LONGEST_LINE = 64 * 1024
SEPARATORS = ",;\t"
_BREAK = re.compile(r"\r\n|\n|\r")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True)
class Cells:
    """The cells of one row, or why it could not be read."""

    line: int
    cells: tuple[str, ...] = ()
    wrong: str | None = None


def decoded(body: bytes) -> str | None:
    """Return a file's text, or nothing where it is neither UTF-8 nor UTF-16."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _text(body[len(mark) :], encoding)
    if body[1:2] == b"\x00":
        return _text(body, "utf-16-le")
    if body[:1] == b"\x00":
        return _text(body, "utf-16-be")
    return _text(body, "utf-8")


def rows_of(text: str) -> Iterator[Cells]:
    """Yield the rows that are not blank, the header first, with the number of the line they start on.

    A quote that is never closed costs its own line, not the rest of the file.
    """
    lines = _BREAK.split(text)
    at, separator = 0, ""
    if lines[0].strip().lower().startswith("sep=") and len(lines[0].strip()) == len("sep=,"):
        separator, at = lines[0].strip()[-1], 1
    width = None
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        separator = separator or max(SEPARATORS, key=lines[at].count)
        row, taken = _row(lines, at, separator, width)
        width = width or len(row.cells) or None
        at += taken
        if row.wrong or any(cell.strip() for cell in row.cells):
            yield row


def _row(lines: list[str], at: int, separator: str, width: int | None) -> tuple[Cells, int]:
    """Return the row that starts on a line, and how many lines it takes."""
    number = at + 1
    if len(lines[at]) > LONGEST_LINE:
        return Cells(number, wrong=f"The line is longer than {LONGEST_LINE} characters."), 1
    cells = _cells(lines[at : at + 1], separator)
    if cells is not None:
        return Cells(number, cells), 1
    if lines[at].count('"') % 2:
        for taken in range(2, min(MOST_LINES_OF_ROW, len(lines) - at) + 1):
            part = lines[at : at + taken]
            if sum(map(len, part)) > LONGEST_LINE:
                break
            if part[-1].count('"') % 2:
                cells = _cells(part, separator)
                if cells is not None and len(cells) == width:
                    return Cells(number, cells), taken
                break
    return Cells(number, wrong="A quote is not closed, or stands in the middle of a cell."), 1


def _cells(lines: list[str], separator: str) -> tuple[str, ...] | None:
    try:
        found = list(csv.reader(["\n".join(lines)], delimiter=separator, strict=True))
    except csv.Error:
        return None
    return tuple(found[0]) if len(found) == 1 else None


def _text(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        return None
