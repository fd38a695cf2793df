"""The benchmarks of the gateway as a person runs them, small: they end, and print a row for each claim."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bench import lists

ROOT = Path(__file__).parents[3]
FEW = 20_000
COLUMNS = {"what", "ours", "baseline", "ratio", "goal", "holds"}

pytestmark = pytest.mark.long


async def printed(name: str, *options: str) -> list[dict[str, Any]]:
    """Return the rows that a benchmark prints. What they say depends on what else the machine does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"tests.bench.{name}", "--json", *options),
        cwd=ROOT,
        env={**os.environ, "WELLSPRING_BENCH_EPISODES": str(FEW)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaint = await process.communicate()
    assert process.returncode in {0, 1}, complaint.decode()
    rows: list[dict[str, Any]] = json.loads(said)
    assert process.returncode == (0 if all(row["holds"] for row in rows) else 1), complaint.decode()
    assert all(set(row) == COLUMNS and row["what"] and row["ours"] for row in rows)
    return rows


async def test_every_page_and_every_kind_of_search_has_its_row() -> None:
    said = [row["what"] for row in await printed("lists")]
    pages = [*lists.FULL, *lists.SAME, *lists.NARROW]
    assert said[: len(pages)] == pages
    assert sum(f", {lists.DEEP} pages on" in what for what in said) == 2
    kinds = [what for what in said if what.startswith("search, ")]
    assert kinds[:3] == ["search, a whole name", "search, half typed", "search, misspelt"]
    assert kinds[3:] == ["search, all 6"]
    assert said[-1] == f"filling {FEW:,} episodes"


async def test_every_claim_of_the_gateway_has_its_row() -> None:
    rows = await printed("gateway", "--short")
    assert len(rows) == 7
    assert any("open streams" in row["what"] for row in rows)
