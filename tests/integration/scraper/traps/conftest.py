"""A world of traps, and a scraper in it that knows what an operator told it."""

from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.scraper.door import Scraper
from tests.unit.scraper.fakes import MemoryBus
from wellspring_common.clock import SystemClock
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.limits import Limits
from wellspring_common.fetch.pace import PaceRule
from wellspring_demo.domain.catalogue import Source
from wellspring_demo.world import World
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.source_run import Patience
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.handlers import Handlers

ScraperWith = Callable[..., Scraper]


@pytest.fixture
def lean() -> bool:
    """Whether probes go the lean way. Where much depends on probes, both are tried."""
    return True


@pytest.fixture
async def fetcher(world: World, lean: bool) -> AsyncGenerator[Fetcher]:
    limits = Limits(first_byte_s=60)
    pace = PaceRule(concurrency=4, burst=100, rate_per_s=1_000)
    async with Fetcher(Guard(frozenset(world.hosts)), pace=pace, limits=limits, lean=lean) as found:
        yield found


@pytest.fixture
def scraper_with(fetcher: Fetcher, tmp_path: Path) -> ScraperWith:
    """Makes a scraper that knows these definitions beside the shipped ones."""

    def made(*own: dict[str, Any]) -> Scraper:
        folder = tmp_path / "definitions"
        folder.mkdir()
        for one in own:
            text = yaml.safe_dump(one, allow_unicode=True, sort_keys=False)
            (folder / f"{one['id']}.yaml").write_text(text, encoding="utf-8")
        clock, bus = SystemClock(), MemoryBus()
        rung = StaticRung(
            fetcher=fetcher,
            find=DefinitionFiles(folder).find,
            clock=clock,
            ttl_s=lambda: 21_600,
            # the first look at a clip waits for its making
            patience=Patience(page_s=5, probe_s=60),
        )
        return Scraper(Handlers(bus=bus, rung=rung, clock=clock, job_deadline_s=120), bus)

    return made


@pytest.fixture
def scraper(scraper_with: ScraperWith) -> Scraper:
    return scraper_with()


@pytest.fixture
def source(world: World) -> Source:
    return world.mint("Trap", quality=1080, stock=True)
