"""Of docs/broker-traps.md: each trap has a guard and tests that exist, or a reason why it cannot bite."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/broker-traps.md").read_text(encoding="utf-8")
COMMON = ROOT / "libs/common/wellspring_common"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
GUARD = re.compile(r"`([\w/]+\.(?:py|sql))`")


def rows(cells: int) -> list[list[str]]:
    """Return the rows of all tables that have so many columns, without their heads."""
    lines = [line.strip("| ").split(" | ") for line in TEXT.splitlines() if line.startswith("| ")]
    return [line for line in lines if len(line) == cells and line[0] != "trap"]


BITES = rows(4)
HARMLESS = rows(2)


def names_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name for node in functions if node.name.startswith("test_")}


def test_no_row_is_overlooked() -> None:
    heads = TEXT.count("| trap |")
    lines = [line for line in TEXT.splitlines() if line.startswith("| ")]
    assert len(BITES) + len(HARMLESS) + heads == len(lines)
    assert len(BITES) > 30
    assert HARMLESS


@pytest.mark.parametrize("row", BITES, ids=lambda row: re.sub(r"\W+", "-", row[0])[:60])
def test_a_trap_that_can_bite_has_a_guard_and_tests_that_exist(row: list[str]) -> None:
    _, harm, guard, tests = row
    assert harm
    modules = GUARD.findall(guard)
    assert modules
    assert [each for each in modules if not (COMMON / each).exists() and not (ROOT / each).exists()] == []
    named = TEST.findall(tests)
    assert named
    assert [f"{file}::{name}" for file, name in named if name not in names_in(ROOT / file)] == []


def test_every_test_of_a_trap_is_on_the_page() -> None:
    """The page is where one looks what such a test is for."""
    files = [
        *ROOT.glob("tests/integration/common/test_nats_traps_*.py"),
        ROOT / "tests/unit/common/test_nats_habits.py",
    ]
    assert len(files) == 5
    written = {f"{file.relative_to(ROOT)}::{name}" for file in files for name in names_in(file)}
    named = {f"{file}::{name}" for file, name in TEST.findall(TEXT)}
    assert written - named - WITHOUT_A_TRAP == set()


WITHOUT_A_TRAP = {
    "tests/unit/common/test_nats_habits.py::test_the_adapter_is_there_to_be_read",
    "tests/integration/common/test_nats_traps_connection.py::test_a_service_may_start_before_its_broker",
    "tests/integration/common/test_nats_traps_publishing.py::test_what_was_acknowledged_survives_a_kill_and_is_stored_once",
}
"""What every other test of these files rests on."""
