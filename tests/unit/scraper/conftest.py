"""A scraper whose web and whose bus are in memory."""

from pathlib import Path

import pytest

from tests.unit.scraper.fakes import (
    FixedClock,
    MemoryBus,
    MemoryWeb,
)
from tests.unit.scraper.scraping import BUTTONS, SNEAKY
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.handlers import Handlers


@pytest.fixture
def web() -> MemoryWeb:
    return MemoryWeb()


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
def handlers(web: MemoryWeb, bus: MemoryBus, tmp_path: Path) -> Handlers:
    (tmp_path / "buttons.yaml").write_text(BUTTONS)
    (tmp_path / "sneaky.yaml").write_text(SNEAKY)

    async def at_once(_: float) -> None:
        return None

    rung = StaticRung(
        fetcher=web,
        find=DefinitionFiles(tmp_path).find,
        clock=FixedClock(),
        ttl_s=lambda: 21_600,
        pause=at_once,
    )
    return Handlers(bus=bus, rung=rung, clock=FixedClock(), job_deadline_s=60)
