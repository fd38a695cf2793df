"""docs/traps.md names every trap of the demo world, and tests that exist."""

import ast
import re
from pathlib import Path

import pytest

from wellspring_demo.domain.traps import TRAPS

ROOT = Path(__file__).parents[2]
FOLDERS = ("tests/integration/scraper/traps", "tests/integration/demo")
_ROW = re.compile(r"^\| `(?P<trap>\w+)` \|(?P<cells>.+)\|$", re.MULTILINE)


def rows() -> dict[str, list[str]]:
    """The cells of each trap's row, after its name."""
    text = (ROOT / "docs" / "traps.md").read_text(encoding="utf-8")
    return {row["trap"]: [cell.strip() for cell in row["cells"].split(" | ")] for row in _ROW.finditer(text)}


def names_in(path: Path) -> set[str]:
    """The tests that a file holds."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {one.name for one in tree.body if isinstance(one, ast.AsyncFunctionDef | ast.FunctionDef)}


def test_every_trap_has_a_row_and_every_row_a_trap() -> None:
    assert list(rows()) == list(TRAPS)


@pytest.mark.parametrize("trap", TRAPS)
def test_a_row_says_how_the_trap_is_set_and_names_tests_that_exist(trap: str) -> None:
    _, switch, does, tests = rows()[trap]
    assert switch == TRAPS[trap]
    assert does
    named = re.findall(r"`(\w+\.py)::(\w+)`", tests)
    assert len(named) == len(FOLDERS)
    for folder, (file, name) in zip(FOLDERS, named, strict=True):
        assert name in names_in(ROOT / folder / file), f"{folder}/{file}::{name}"
