"""The clean-up by the clock: off by default, and held back by an outage without a word too many."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from wellspring_common.errors import Permanent
from wellspring_common.tunables import Tunables
from wellspring_common.tunables_watch import TunablesWatch
from wellspring_gateway import sweeps
from wellspring_gateway.domain.cleaning import Rules
from wellspring_gateway.sweeps import CleanSweep
from wellspring_gateway.upkeep import Cleaning, CleanRun

NOW = datetime(2026, 6, 1, tzinfo=UTC)


class Cleaner:
    """Remembers what it was asked for, and refuses as often as it is told to."""

    def __init__(self, *answers: BaseException | CleanRun | None) -> None:
        self.asked: list[tuple[Rules, float]] = []
        self.answers = list(answers)

    async def run_due(self, rules: Rules, *, every_hours: float, now: datetime) -> CleanRun | None:
        assert now == NOW
        self.asked.append((rules, every_hours))
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def sweep_of(cleaner: Cleaner, **tunables: Any) -> CleanSweep:
    return CleanSweep(
        cleaning=cast("Cleaning", cleaner),
        tunables=cast("TunablesWatch", SimpleNamespace(current=Tunables(**tunables))),
        clock=SimpleNamespace(now=lambda: NOW),
    )


async def test_nothing_is_cleaned_by_itself_unless_somebody_says_so() -> None:
    cleaner = Cleaner()
    assert await sweep_of(cleaner).clean_once() is False
    assert cleaner.asked == []


async def test_the_settings_say_how_often_and_how_soon() -> None:
    cleaner = Cleaner(None)
    sweep = sweep_of(cleaner, clean_interval_hours=6, clean_grace_hours=48)
    assert await sweep.clean_once() is False
    assert cleaner.asked == [(Rules(grace=timedelta(hours=48)), 6)]


async def test_an_outage_is_told_once_and_again_after_it_was_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "CLEAN_EVERY_S", 0)
    closed = Permanent("a breaker is open", code="breaker_open")
    cleaner = Cleaner(closed, closed, None, closed, asyncio.CancelledError())
    with capture_logs() as logs, suppress(asyncio.CancelledError):
        await sweep_of(cleaner, clean_interval_hours=1).clean_due()
    assert [line["event"] for line in logs] == ["cleaning.held_back", "cleaning.held_back"]
    assert cleaner.answers == []
