"""What becomes of a page that a definition cannot read any more."""

from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from tests.unit.scraper.crawl_world import World
from tests.unit.scraper.fakes import FixedClock, MemoryBus, MemoryWeb, delivery_of, html, request_for
from tests.unit.scraper.scraping import BUTTONS, page, source
from wellspring_common.fetch.page import Page
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.drifts import MOST_DEFINITIONS, Drifts
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.handlers import Handlers

URL = "https://page.example/1"


class Shelf:
    """Keeps pages for a test to look at."""

    def __init__(self) -> None:
        self.pages: list[tuple[str, str, str]] = []

    async def keep(self, definition_id: str, page: Page, *, code: str, step: str) -> None:
        self.pages.append((definition_id, page.url, step))


class Scraper:
    """A scraper with a shelf."""

    def __init__(self, folder: Path, text: str = BUTTONS) -> None:
        (folder / "buttons.yaml").write_text(text)
        self.web, self.shelf, self.drifted = MemoryWeb(), Shelf(), list[str]()
        rung = StaticRung(
            fetcher=self.web,
            find=DefinitionFiles(folder).find,
            clock=FixedClock(),
            ttl_s=lambda: 3600,
            pages_kept=self.shelf,
        )
        self.handlers = Handlers(MemoryBus(), rung, FixedClock(), 60.0, drifted=self.drifted.append)

    async def scrape(self) -> None:
        await self.handlers.on_scrape_requested(delivery_of(request_for(source(1))))


async def test_a_page_that_answers_with_nothing_is_kept_and_counted(tmp_path: Path) -> None:
    scraper = Scraper(tmp_path)
    scraper.web.pages = dict(page(1))
    await scraper.scrape()
    assert (scraper.drifted, scraper.shelf.pages) == (["buttons"], [("buttons", URL, "source 1")])


async def test_a_page_with_links_is_neither(tmp_path: Path) -> None:
    scraper = Scraper(tmp_path)
    scraper.web.pages = dict(page(1, ("One", "https://f.example/1.mp4")))
    await scraper.scrape()
    assert (scraper.drifted, scraper.shelf.pages) == ([], [])


async def test_a_page_that_is_gone_has_not_drifted(tmp_path: Path) -> None:
    scraper = Scraper(tmp_path)
    await scraper.scrape()
    assert (scraper.drifted, scraper.shelf.pages) == ([], [])


async def test_what_a_browser_may_still_cure_is_not_kept(tmp_path: Path) -> None:
    scraper = Scraper(tmp_path, BUTTONS + 'browser: {wait_for: "#files a"}\n')
    scraper.web.pages = {URL: html(URL, "<p>Nothing without scripts.</p>")}
    await scraper.scrape()
    assert scraper.shelf.pages == []


async def test_lists_and_titles_that_changed_are_kept_and_counted() -> None:
    world = World()
    world.fill(3)
    world.site.pages["t/k1"] = ""
    shelf, drifted = Shelf(), list[str]()
    handlers = replace(world.handlers, pages_kept=shelf, drifted=drifted.append)
    await handlers.on_crawl_requested(delivery_of(world.request()))
    world.site.pages["all"] = ""
    await handlers.on_crawl_requested(delivery_of(world.request()))
    assert [url for _, url, _ in shelf.pages] == [
        "https://shows.example/t/k1",
        "https://shows.example/all",
    ]
    assert drifted == ["shows", "shows"]


@pytest.mark.parametrize(("name", "label"), [("expected", "expected"), ("stranger", "other")])
def test_only_definitions_that_are_known_have_a_label(name: str, label: str) -> None:
    def value() -> float:
        return REGISTRY.get_sample_value("wellspring_scraper_drift_total", {"definition": label}) or 0

    drifts = Drifts()
    drifts.expect(["expected"])
    before = value()
    drifts.count(name)
    assert value() == before + 1


def test_labels_are_bounded() -> None:
    drifts = Drifts()
    drifts.expect(f"many-{number}" for number in range(MOST_DEFINITIONS + 10))
    assert len(drifts._labels) == MOST_DEFINITIONS
