"""`refresh --dry-run`, as an operator uses it, on a real database: it tells, and changes nothing."""

import json
import os
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.common.databases import administrator
from tests.integration.common.library import add_series
from tests.support.terminal import wellspring
from wellspring_cli.places import ROOT
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.clock import SystemClock

MINUTE = timedelta(minutes=1)


async def refresh(database: FreshDatabase, *words: str) -> tuple[int, str, str]:
    environ = {**os.environ, "COLUMNS": "200", "WELLSPRING_DATABASE_URL": database.admin_url}
    return await wellspring("refresh", *words, cwd=ROOT, env=environ)


@pytest.fixture
async def numbers(database: FreshDatabase) -> list[int]:
    """Five episodes: two due, one soon, one next week, one that nobody ever asked for."""
    now = SystemClock().now()
    async with administrator(database) as admin:
        numbers = [each.episode_id for each in await add_series(admin, episodes=5)]
        turns: list[tuple[Any, ...]] = [
            (numbers[0], now - 9 * MINUTE, "watched", 2, 8.0),
            (numbers[1], now - MINUTE, "starved", 0, 2.0),
            (numbers[2], now + 30 * MINUTE, "next_up", 1, 0.0),
            (numbers[3], now + timedelta(days=7), "unwatched", 3, 0.0),
        ]
        await admin.executemany(
            "insert into links.refresh_schedule "
            "(episode_id, due_at, why, urgency, popularity, last_scraped_at, popularity_at) "
            "values ($1, $2, $3, $4, $5, now(), now())",
            turns,
        )
    return numbers


async def test_what_would_be_refreshed_is_told_in_its_order(
    database: FreshDatabase, numbers: list[int]
) -> None:
    code, said, _ = await refresh(database, "--dry-run", "--json")
    assert code == 0
    found = json.loads(said)
    assert [(one["episode_id"], one["why"]) for one in found["turns"]] == [
        (numbers[1], "starved"),
        (numbers[0], "watched"),
        (numbers[2], "next_up"),
    ]
    assert (found["due"], found["within"], found["policy"], found["is_paused"]) == (2, 3, "smart", False)
    assert found["turns"][1]["plays_per_day"] == pytest.approx(8 * 0.693 / 3, rel=0.01)
    assert found["turns"][0]["hosts"] == ["pages.example"]
    async with administrator(database) as admin:
        assert await admin.fetchval("select count(*) from links.jobs") == 0
        assert await admin.fetchval("select count(*) from links.host_hours") == 0


async def test_a_person_reads_why_and_when(database: FreshDatabase, numbers: list[int]) -> None:
    code, said, _ = await refresh(database, "--dry-run")
    assert code == 0
    lines = said.splitlines()
    assert lines[0] == "policy smart: 2 due now, 3 within 6 hours"
    assert "too few links" in lines[2]
    assert "in 30 min" in lines[4] or "in 29 min" in lines[4]
    assert "pages.example 0/600" in lines[2]
    assert len(lines) == 5


async def test_a_pause_and_a_used_up_budget_are_told(database: FreshDatabase, numbers: list[int]) -> None:
    async with administrator(database) as admin:
        await admin.execute(
            "insert into catalog.settings (key, value) values "
            "('refresh_paused', 'true'), ('scrapes_per_host_hour', '1')"
        )
    code, said, _ = await refresh(database, "--dry-run", "--limit", "2")
    assert code == 0
    assert said.startswith("Refreshing is paused")
    assert "later: pages.example has had its share" in said
    assert "1 more: --limit 3 shows all" in said


async def test_without_a_wish_it_says_what_it_can_do(database: FreshDatabase) -> None:
    code, _, complained = await refresh(database)
    assert code != 0
    assert "--dry-run" in complained
