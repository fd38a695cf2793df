"""Episodes of a CSV file: `show,episode,link480,link720,link1080`, and what becomes of each row."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wellspring_common.errors import Permanent

from .csv_text import Cells, decoded, rows_of
from .episodes import FieldError, NewEpisode, Vet, parse_episode
from .text import is_storable

LARGEST_FILE = 10 * 1024 * 1024
MOST_COLUMNS = 60
LONGEST_COLUMN = 60
KNOWN = frozenset(
    {
        *("show", "episode", "season", "name", "kind", "definition"),
        *("year", "synopsis", "original_title", "language", "genres"),
    }
)
_LINK = re.compile(r"link[0-9]{1,5}")


class FileRefusedError(Permanent):
    """A file that can't be read at all: a message key with its values, and the sentence for programs."""

    def __init__(self, key: str, detail: str, **params: object) -> None:
        super().__init__(detail, code="too_large" if key == "too_large" else "invalid")
        self.key = key
        self.params = params


@dataclass(frozen=True)
class Row:
    """A row that may be stored."""

    line: int
    episode: NewEpisode


@dataclass(frozen=True)
class Mistake:
    """A row that may not, and why: what is wrong by the column's name."""

    line: int
    show: str
    number: str
    errors: Mapping[str, FieldError]


@dataclass(frozen=True)
class Outcome:
    """What became of a row that may be stored. `existed` means that nothing was changed."""

    episode_id: int
    existed: bool


@dataclass(frozen=True)
class Table:
    """A readable file: its rows as they come, each under its column's name."""

    columns: tuple[str, ...]
    rows: tuple[Cells, ...]
    unknown: tuple[str, ...] = field(default=())
    """Columns that say nothing to us."""

    def parsed(self, *, vet: Vet, default_definition: str) -> Iterator[Row | Mistake]:
        """Yield what each row is."""
        for row in self.rows:
            yield self._parsed(row, vet=vet, default_definition=default_definition)

    def together(self) -> "Table":
        """Return the table with the rows of each show together, for who stores and tells of them by title."""
        at = self.columns.index("show")
        places: dict[str, int] = {}

        def place(row: Cells) -> int:
            show = " ".join(row.cells[at].split()).lower() if at < len(row.cells) else ""
            return places.setdefault(show, len(places))

        return replace(self, rows=tuple(sorted(self.rows, key=place)))

    def _parsed(self, row: Cells, *, vet: Vet, default_definition: str) -> Row | Mistake:
        fields = self._fields(row)
        show, number = fields.get("show", "")[:100], fields.get("episode", "")[:40]
        if row.wrong is not None:
            return Mistake(row.line, show, number, {"row": FieldError("csv_quote", row.wrong)})
        if any(cell.strip() for cell in row.cells[len(self.columns) :]):
            counts = {"cells": len(row.cells), "columns": len(self.columns)}
            detail = f"The row has {counts['cells']} cells, the header {counts['columns']}."
            return Mistake(row.line, show, number, {"row": FieldError("csv_cells", detail, counts)})
        found = parse_episode(fields, vet=vet, default_definition=default_definition)
        return (
            Row(row.line, found) if isinstance(found, NewEpisode) else Mistake(row.line, show, number, found)
        )

    def _fields(self, row: Cells) -> dict[str, str]:
        named = zip(self.columns, row.cells, strict=False)
        return {name: cell.strip() for name, cell in named if name not in self.unknown}


def read_table(body: bytes) -> Table:
    """Return the table in a file. Raises `FileRefusedError` where it is none, or its header is not ours."""
    if len(body) > LARGEST_FILE:
        raise FileRefusedError("too_large", f"The file is larger than {LARGEST_FILE // 1024**2} MB.")
    text = decoded(body)
    if text is None:
        raise FileRefusedError("encoding", "The file is neither UTF-8 nor UTF-16: save it as CSV UTF-8.")
    rows = list(rows_of(text))
    if not rows:
        raise FileRefusedError("empty", "The file is empty.")
    header, *rest = rows
    columns = tuple(" ".join(cell.split()).lower() for cell in header.cells)
    while columns and not columns[-1]:
        columns = columns[:-1]
    if header.wrong is not None or len(columns) > MOST_COLUMNS or not all(map(is_storable, columns)):
        raise FileRefusedError(
            "header", "The first line is no header: show,episode,link480,link720,link1080."
        )
    missing = [name for name in ("show", "episode") if name not in columns]
    if not any(_LINK.fullmatch(name) for name in columns):
        missing.append("link720")
    if missing:
        names = ", ".join(missing)
        raise FileRefusedError("columns", f"The first line names no column {names}.", names=names)
    twice = [name for name, count in Counter(columns).items() if count > 1 and name]
    if twice:
        names = ", ".join(twice)[:LONGEST_COLUMN]
        raise FileRefusedError("twice", f"The first line names a column twice: {names}.", names=names)
    unknown = tuple(name for name in columns if name not in KNOWN and not name.startswith("link"))
    return Table(columns, tuple(rest), unknown)


def told(result: Row | Mistake, outcome: Outcome | None, player_link: str | None) -> dict[str, Any]:
    """Return a row's result as programs read it."""
    if isinstance(result, Mistake):
        errors = [
            {"field": name, "code": error.key, "detail": error.detail}
            for name, error in result.errors.items()
        ]
        return {"line": result.line, "status": "invalid", "errors": errors}
    assert outcome is not None  # noqa: S101  (each row that may be stored has one)
    status = "exists" if outcome.existed else "imported"
    body = {"line": result.line, "status": status, "episode_id": outcome.episode_id}
    return {**body, "player_link": player_link} if player_link is not None else body
