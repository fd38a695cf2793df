"""Files of tests that take long: processes that share files out begin with them, and so end together."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, TypeVar

LISTED = Path(__file__).parents[1] / "longest_first.txt"


class Test(Protocol):
    """What is known of a test that was collected."""

    @property
    def nodeid(self) -> str:
        """Return its file, as seen from the repository, and its name."""


T = TypeVar("T", bound=Test)


def longest_first() -> list[str]:
    """Return the files that are listed, as seen from the repository."""
    lines = LISTED.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def in_order(tests: Iterable[T], files: list[str]) -> list[T]:
    """Return the tests with those of `files` first, in that order, and the others as they came."""
    rank = {path: number for number, path in enumerate(files)}
    return sorted(tests, key=lambda test: rank.get(test.nodeid.split("::", 1)[0], len(rank)))
