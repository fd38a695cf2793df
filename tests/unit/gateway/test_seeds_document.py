"""The table of the founding documents: every test that it names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "seeds.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| statement ")]


def test_every_test_that_proves_a_statement_exists() -> None:
    assert len(NAMED) > 70
    missing = [
        f"{path}::{name}"
        for path, name in NAMED
        if not re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert missing == []


def test_every_statement_has_a_test_or_says_when_or_why_not() -> None:
    assert len(ROWS) > 150
    for row in ROWS:
        status = row.rstrip(" |").rpartition(" | ")[2]
        assert re.search(r"`tests/|\blater\b|^declined: ", status), row
