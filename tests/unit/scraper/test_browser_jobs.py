"""The pages of one job that are read in a browser."""

import asyncio
from pathlib import Path

import pytest

from tests.unit.scraper.browsers import BUTTONS, SCRIPTED, Job, MemoryBrowsers
from tests.unit.scraper.fakes import FixedClock, MemoryBus, MemoryWeb, html
from wellspring_common.errors import Permanent
from wellspring_common.events.scrape import LinksScraped, Rung, ScrapeFailed
from wellspring_scraper.adapters.climb import BrowserRung
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.handlers import Handlers
from wellspring_scraper.ports import Rendered


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "scripted.yaml").write_text(SCRIPTED)
    web, browsers, bus, clock = MemoryWeb(), MemoryBrowsers(), MemoryBus(), FixedClock()
    for number in (1, 2, 3):
        url = f"https://page.example/{number}"
        web.pages[url] = html(url, "<p>wait</p>")
        browsers.pages[url] = Rendered(html(url, BUTTONS))
    rung = StaticRung(fetcher=web, find=DefinitionFiles(tmp_path).find, clock=clock, ttl_s=lambda: 21_600)
    climb = BrowserRung(rung, browsers, at_least=lambda: 2)
    return Job(web, browsers, bus, Handlers(bus, rung, clock, 60, climb))


async def test_one_browser_serves_all_pages_of_a_job_and_nobody_elses(job: Job) -> None:
    first, _ = await asyncio.gather(job.run(1, 2, 3), job.run(2))
    assert isinstance(first, LinksScraped)
    assert (job.browsers.opened_for, job.browsers.most_at_once) == (["drift", "drift"], 1)
    assert job.browsers.asked[0] == ("https://page.example/1", "#files a", ("#go",))


async def test_a_rendered_page_is_read_by_the_last_step_and_what_earlier_ones_find_on_it(job: Job) -> None:
    event = await job.run(1)
    assert isinstance(event, LinksScraped)
    (found,) = event.results
    assert (found.rung, found.pages) == (Rung.BROWSER, 2)
    assert {link.server: link.url for link in found.links} == {
        "one": "https://page.example/1.mp4",
        "two": "https://page.example/2.mp4",
    }
    assert {link.quality for link in found.links} == {480}


async def test_only_the_pages_that_need_it_are_rendered(job: Job) -> None:
    url = "https://page.example/2"
    job.web.pages[url] = html(url, "<a id=next href=/list>x</a>")
    job.web.pages["https://page.example/list"] = html("https://page.example/list", BUTTONS)
    event = await job.run(1, 2)
    assert [url for url, _, _ in job.browsers.asked] == ["https://page.example/1"]
    assert [one.rung for one in event.results] == [Rung.BROWSER, Rung.STATIC]
    assert event.results[1].escalated_because is None


async def test_one_page_in_trouble_leaves_the_others(job: Job) -> None:
    job.browsers.pages["https://page.example/1"] = Permanent("too much", code="browser_memory")
    event = await job.run(1, 2)
    assert isinstance(event, LinksScraped)
    assert [one.code for one in event.results[0].problems] == ["browser_memory"]
    assert len(event.results[1].links) == 2


async def test_a_browser_that_cannot_start_is_a_problem_of_each_page(job: Job) -> None:
    job.browsers.broken = Permanent("none here", code="browser_unavailable")
    event = await job.run(1, 2)
    assert isinstance(event, ScrapeFailed)
    assert (event.code, event.retryable) == ("browser_unavailable", False)
    assert all("browser_unavailable" in {p.code for p in one.problems} for one in event.results)


async def test_a_page_that_says_gone_in_the_browser_is_gone(job: Job) -> None:
    url = "https://page.example/1"
    job.browsers.pages[url] = Rendered(html(url, "<p class=gone>" + BUTTONS))
    event = await job.run(1)
    assert isinstance(event, ScrapeFailed)
    assert event.code == "not_found"


async def test_a_browser_that_dies_gets_one_successor_for_the_pages_it_left_open(job: Job) -> None:
    job.browsers.dies_at = ["https://page.example/2"]
    event = await job.run(1, 2, 3)
    assert isinstance(event, LinksScraped)
    assert [len(one.links) for one in event.results] == [2, 2, 2]
    assert job.browsers.opened_for == ["drift", "browser_crash"]
    assert [url[-1] for url, _, _ in job.browsers.asked] == ["1", "2", "3", "2", "3"]


async def test_a_page_that_kills_every_browser_kills_two_and_is_a_failure_that_may_pass(job: Job) -> None:
    job.browsers.dies_at = ["https://page.example/1"] * 3
    event = await job.run(1)
    assert isinstance(event, ScrapeFailed)
    assert (event.code, event.retryable) == ("browser_crash", True)
    assert len(job.browsers.opened_for) == 2


async def test_a_page_that_ate_the_memory_is_not_given_a_second_browser(job: Job) -> None:
    job.browsers.pages["https://page.example/1"] = Permanent("too much", code="browser_memory")
    await job.run(1)
    assert job.browsers.opened_for == ["drift"]
