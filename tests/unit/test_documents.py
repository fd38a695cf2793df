"""What documents promise: the tests that they name exist, and the seeds have an answer to every statement."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "seeds.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
DOCUMENTS = (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")))
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
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
