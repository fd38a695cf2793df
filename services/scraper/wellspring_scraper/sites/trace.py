"""What a run of a definition may tell to whoever watches it: each step, what it matched, what came out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from wellspring_common.fetch.page import Page
from wellspring_common.fetch.page import Request as Asked


@dataclass(frozen=True)
class Rejected:
    """A row that was left out. `why` is `missing <field>`, the rule that fitted, or `andmatch`."""

    label: str
    why: str


class Observer(Protocol):
    """Watches a run. Nothing that it does changes the run."""

    def asked(self, step: str, request: Asked) -> None:
        """Hear of a request that is about to be made for a step."""

    def answered(self, step: str, page: Page) -> None:
        """Hear of the page that came."""

    def checked(self, step: str, word: str, condition: str, *, holds: bool) -> None:
        """Hear how a condition of `must_have`, `not_found_when` and the like turned out."""

    def read(self, step: str, values: Mapping[str, str | None]) -> None:
        """Hear of the fields of a step. A value of nothing was not there."""

    def rows(self, group: str, kept: Sequence[Mapping[str, str]], rejected: Sequence[Rejected]) -> None:
        """Hear of the rows of a group, each with its fields, and of those that were left out."""

    def matched(self, label: str, server: str | None) -> None:
        """Hear which server a row belongs to, or that none knows it."""
