"""What a benchmark prints: one row a claim, and whether its goal holds."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TextIO

from rich.console import Console
from rich.table import Table

WIDTH = 160
"""Of a table that goes into a file, where nobody says how wide it may be."""
AS_JSON = "--json" in sys.argv


def _for_rows_alone() -> TextIO:
    """Return where rows go. For programs nothing else goes there: what services say is for people."""
    if not AS_JSON:
        return sys.stdout
    rows = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return rows


OUT = _for_rows_alone()


@dataclass(frozen=True)
class Row:
    """One measured claim. `goal` says in words what `holds` decided."""

    what: str
    ours: str
    baseline: str
    ratio: str
    goal: str
    holds: bool


def report(title: str, rows: Sequence[Row]) -> None:
    """Print the table, or the same as JSON with `--json`, and exit 1 when a goal does not hold."""
    if AS_JSON:
        OUT.write(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
        OUT.close()
    else:
        table = Table(title=title)
        for heading in ("what", "ours", "baseline", "ratio", "goal", "holds"):
            table.add_column(heading)
        for row in rows:
            table.add_row(row.what, row.ours, row.baseline, row.ratio, row.goal, "yes" if row.holds else "NO")
        Console(width=None if sys.stdout.isatty() else WIDTH).print(table)
    sys.exit(0 if all(row.holds for row in rows) else 1)
