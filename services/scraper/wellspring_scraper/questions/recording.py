"""A run of a definition as a person reads it: each step, what it matched, what came out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wellspring_common.fetch.page import Page
from wellspring_common.fetch.page import Request as Asked

from ..sites.trace import Rejected

MOST_STEPS = 60
MOST_ROWS = 50
LONGEST_TEXT = 300


@dataclass
class Step:
    """One step as far as it came."""

    step: str
    url: str = ""
    method: str = "GET"
    status: int | None = None
    fields: dict[str, str | None] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    more_rows: int = 0
    links: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Recorder:
    """Watches a run and keeps a bounded account of it."""

    steps: list[Step] = field(default_factory=list)
    left_out: int = 0

    def asked(self, step: str, request: Asked) -> None:
        """Hear of a request."""
        if len(self.steps) >= MOST_STEPS:
            self.left_out += 1
            return
        self.steps.append(Step(step, request.url[:2000], request.method))

    def answered(self, step: str, page: Page) -> None:
        """Hear of a page."""
        found = self._of(step)
        found.status, found.url = page.status, page.url[:2000]

    def checked(self, step: str, word: str, condition: str, *, holds: bool) -> None:
        """Hear of a condition. Only what speaks against the page is kept."""
        if holds != (word == "must_have"):
            detail = f"{word}: {condition}"[:LONGEST_TEXT]
            self._of(step).problems.append({"code": "condition", "detail": detail})

    def read(self, step: str, values: Mapping[str, str | None]) -> None:
        """Hear of fields."""
        cut = {name: None if text is None else text[:LONGEST_TEXT] for name, text in values.items()}
        self._of(step).fields.update(cut)

    def rows(self, group: str, kept: Sequence[Mapping[str, str]], rejected: Sequence[Rejected]) -> None:
        """Hear of rows."""
        found = self._latest(group)
        for row in kept:
            self._row(found, {"group": group, **{name: text[:LONGEST_TEXT] for name, text in row.items()}})
        for one in rejected:
            self._row(found, {"group": group, "left_out": one.why, "label": one.label[:LONGEST_TEXT]})

    def matched(self, label: str, server: str | None) -> None:
        """Hear which server a row belongs to."""
        row = {"label": label[:LONGEST_TEXT], "server": server}
        self._row(self._latest("rows"), {"group": "servers", **row})

    def _row(self, found: Step, row: dict[str, Any]) -> None:
        if len(found.rows) < MOST_ROWS:
            found.rows.append(row)
        else:
            found.more_rows += 1

    def _of(self, step: str) -> Step:
        """Return the latest step of a name, made up where none was asked for."""
        for found in reversed(self.steps):
            if found.step == step:
                return found
        return self._latest(step)

    def _latest(self, name: str) -> Step:
        if not self.steps:
            self.steps.append(Step(name))
        return self.steps[-1]
