"""Files that never end or unpack to gigabytes, where only their beginning is wanted."""

import resource

import pytest

from tests.integration.fetch.servers import running_site
from wellspring_common.clock import SystemClock
from wellspring_common.errors import Permanent
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.page import Page, Request
from wellspring_scraper.adapters.robots import LARGEST, RobotsTxt

MOST_GROWTH_KB = 24 * 1024


@pytest.mark.parametrize("path", ["/endless", "/bomb"])
async def test_a_file_that_has_no_end_is_cut_off(path: str) -> None:
    async with running_site() as site, Fetcher(Guard(frozenset({f"127.0.0.1:{site.port}"}))) as fetcher:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        page = await fetcher.fetch(Request(site.url(path), max_bytes=LARGEST, cut=True))
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(page.body) == LARGEST
    assert after - before < MOST_GROWTH_KB


async def test_a_host_whose_robots_txt_is_junk_is_not_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_site() as site, Fetcher(Guard(frozenset({f"127.0.0.1:{site.port}"}))) as fetcher:
        real = fetcher.fetch

        async def elsewhere(request: Request) -> Page:
            return await real(Request(site.url("/bomb"), max_bytes=request.max_bytes, cut=request.cut))

        monkeypatch.setattr(fetcher, "fetch", elsewhere)
        robots = RobotsTxt(fetcher, "Wellspring/1", SystemClock())
        assert await robots.delay_for(site.url("/page")) == 0.0


def test_json_that_is_nothing_but_brackets_is_refused() -> None:
    page = Page("https://a.example", 200, {}, b"[" * (2 * 1024 * 1024))
    with pytest.raises(Permanent) as caught:
        page.json()
    assert caught.value.code == "garbage"


def test_json_that_is_nothing_but_empty_objects_costs_less_than_a_page() -> None:
    page = Page("https://a.example", 200, {}, b"[" + b"{}," * 699_000 + b"0]")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(page.json()) == 699_001
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024
