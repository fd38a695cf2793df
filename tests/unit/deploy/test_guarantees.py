"""Every test that docs/guarantees.md calls a proof exists, and every promise has one."""

import ast
import re

from deploy.generate import ROOT

TEXT = (ROOT / "docs/guarantees.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)


def functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_proof_exists() -> None:
    assert [f"{file}::{name}" for file, name in NAMED if name not in functions_of(file)] == []
    assert len(NAMED) > 20


def test_every_promise_has_a_proof() -> None:
    promises = [line for line in TEXT.splitlines() if line.startswith("| **")]
    assert [line[:60] for line in promises if "`tests/" not in line] == []
    assert len(promises) > 8
