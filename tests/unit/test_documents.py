"""What documents promise: the tests that they name exist, and the seeds have an answer to every statement."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "seeds.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
DOCUMENTS = (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")))
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
SEEDS = ROOT / "tests" / "fixtures" / "seeds"
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| statement ")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_test_that_a_document_names_exists(document: Path) -> None:
    named = sorted(set(NAMED.findall(document.read_text(encoding="utf-8"))))
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert missing == []


def test_every_statement_has_a_test_or_says_when_or_why_not() -> None:
    assert len(ROWS) > 150
    assert len(set(NAMED.findall(TEXT))) > 70
    for row in ROWS:
        status = row.rstrip(" |").rpartition(" | ")[2]
        assert re.search(r"`tests/|\blater\b|^declined: ", status), row


def statements(seed: str) -> Iterator[str]:
    """Yield what the rows of a seed quote of it."""
    section = TEXT.partition(f"\n## {seed}\n")[2].partition("\n## ")[0]
    for row in section.splitlines():
        if row.startswith("| ") and not row.startswith("| statement "):
            yield from re.findall(r'"([^"]+)"', row[2:].partition(" | ")[0])


@pytest.mark.parametrize("seed", sorted(path.name for path in SEEDS.glob("*.md")))
def test_every_word_of_a_statement_stands_in_its_seed(seed: str) -> None:
    said = words((SEEDS / seed).read_text(encoding="utf-8"))
    made_up = {each: sorted(words(each) - said) for each in statements(seed) if words(each) - said}
    assert made_up == {}
    assert len(list(statements(seed))) > 25


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def test_every_test_that_the_seeds_name_asserts_something() -> None:
    silent = [f"{path}::{name}" for path, name in sorted(set(NAMED.findall(TEXT))) if not asserts(path, name)]
    assert silent == []


@cache
def bodies_in(path: str) -> dict[str, ast.stmt]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {getattr(each, "name", ""): each for each in tree.body}


def asserts(path: str, name: str) -> bool:
    """Return whether a test has a statement that may fail it, or calls one in its module that has."""
    bodies = bodies_in(path)
    called = {ast.unparse(each.func) for each in ast.walk(bodies[name]) if isinstance(each, ast.Call)}
    looked_at = [bodies[each] for each in (name, *called) if each in bodies]
    expects = any(each == "pytest.raises" or each.startswith("expect(") for each in called)
    return expects or any(isinstance(each, ast.Assert) for body in looked_at for each in ast.walk(body))
