"""Servers that a refresh must leave alone: nothing of theirs is followed, resolved or looked at."""

from pathlib import Path

import pytest

from tests.unit.scraper.fakes import film, html
from tests.unit.scraper.test_links_of_rows import MB, Scraper, row
from wellspring_scraper.domain.escalation import why_a_browser
from wellspring_scraper.domain.failures import SPARED

HOP = "https://page.example/s"
FILE = "https://page.example/1"


@pytest.fixture
def scraper(tmp_path: Path) -> Scraper:
    made = Scraper(tmp_path)
    made.web.pages[HOP] = html(HOP, "<p>/film.mp4</p>")
    made.web.files[FILE] = film(FILE, size=100 * MB)
    return made


BODY = row("File", "/1", "720p") + row("Slow", "/s", "720p")


async def test_a_spared_server_is_neither_followed_nor_looked_at(scraper: Scraper) -> None:
    scraper.heard.spared = frozenset({"slow"})
    found = await scraper.scrape(BODY)
    assert [one.server for one in found.links] == ["file"]
    assert [(one.code, one.server) for one in found.problems] == [(SPARED, "slow")]
    assert found.pages == 1
    assert scraper.web.probed == [FILE]
    assert scraper.pauses == []


async def test_nothing_is_spared_in_a_scrape_that_a_person_asked_for(scraper: Scraper) -> None:
    found = await scraper.scrape(BODY)
    assert [one.server for one in found.links] == ["file", "slow"]


async def test_a_spared_server_counts_as_found_when_a_browser_is_considered(scraper: Scraper) -> None:
    scraper.heard.spared = frozenset({"slow"})
    found = await scraper.scrape(BODY)
    assert why_a_browser(found, 2) is None
    assert why_a_browser(found, 3) is not None


async def test_where_all_is_spared_the_source_says_so_and_nothing_else(scraper: Scraper) -> None:
    scraper.heard.spared = frozenset({"slow", "file"})
    found = await scraper.scrape(BODY)
    assert found.links == ()
    assert {one.code for one in found.problems} == {SPARED}
    assert scraper.web.probed == []
