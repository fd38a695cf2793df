"""What docs/chaos.md promises: it names every chaos test."""

import ast
from pathlib import Path

from tests.unit.test_documents import NAMED, ROOT

TEXT = (ROOT / "docs" / "chaos.md").read_text(encoding="utf-8")


def named_in(path: Path) -> set[str]:
    """Return the names of a module's tests."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (each for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
    return {each.name for each in functions if each.name.startswith("test_")}


def test_every_chaos_test_is_named() -> None:
    there = {
        (str(path.relative_to(ROOT)), name)
        for path in (ROOT / "tests" / "chaos").glob("test_*.py")
        for name in named_in(path)
    }
    assert len(there) > 20
    assert there - set(NAMED.findall(TEXT)) == set()
