"""The browser rung with a real headless Chromium, against the demo world and hostile pages on loopback."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator, Callable

import aiohttp
import pytest

from tests.integration.scraper.browsing import HOG, READY, Site, browsing, code_of
from tests.integration.scraper.door import Scraper
from tests.unit.scraper.fakes import MemoryBus
from wellspring_cli.chromium import ensure_chromium
from wellspring_common import metrics
from wellspring_common.clock import SystemClock
from wellspring_common.events.scrape import LinksScraped, Rung, ScrapeFailed, SourceRef
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.limits import Limits
from wellspring_common.fetch.pace import PaceRule
from wellspring_demo.world import World
from wellspring_scraper.adapters import launch
from wellspring_scraper.adapters.browser import PlaywrightBrowsers
from wellspring_scraper.adapters.climb import BrowserRung
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.egress import USER, Egress
from wellspring_scraper.adapters.source_run import Patience
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.handlers import Handlers

SERVERS = {"pixel", "fsl", "10gbps"}
pytestmark = pytest.mark.usefixtures("nothing_stays")


def launches() -> float:
    return sum(
        sample.value
        for metric in metrics.BROWSER_LAUNCHES.collect()
        for sample in metric.samples
        if sample.name.endswith("_total")
    )


@pytest.fixture
async def scraper(world: World) -> AsyncGenerator[Scraper]:
    guard = Guard(frozenset(world.hosts))
    pace = PaceRule(concurrency=4, burst=40, rate_per_s=20)
    async with Fetcher(guard, pace=pace, limits=Limits(first_byte_s=60)) as fetcher:
        clock, bus = SystemClock(), MemoryBus()
        rung = StaticRung(
            fetcher=fetcher,
            find=DefinitionFiles().find,
            clock=clock,
            ttl_s=lambda: 21_600,
            patience=Patience(page_s=5, probe_s=60),
        )
        browser = BrowserRung(rung, PlaywrightBrowsers(guard, ensure_chromium()), at_least=lambda: 2)
        handlers = Handlers(bus=bus, rung=rung, clock=clock, job_deadline_s=120, next_rung=browser)
        yield Scraper(handlers, bus)


def scripted(world: World, number: int, quality: int, *, click: bool = False) -> SourceRef:
    source = world.mint("Only By Script", quality=quality, stock=True)
    url = world.state.script_page_url(source) + ("?click=1" if click else "")
    return SourceRef(source_id=number, quality=quality, url=url, definition="vcloud")


@pytest.mark.parametrize("click", [False, True])
async def test_three_script_only_pages_give_nine_links_with_one_launch(
    world: World, scraper: Scraper, click: bool
) -> None:
    refs = [
        scripted(world, number, quality, click=click) for number, quality in enumerate((480, 720, 1080), 1)
    ]
    before, started = launches(), time.perf_counter()
    event = await scraper.scrape(*refs)
    took_ms = (time.perf_counter() - started) * 1000
    assert isinstance(event, LinksScraped), event
    assert all(0.5 * took_ms < one.elapsed_ms <= took_ms for one in event.results), "with the browser's time"
    assert [{link.server for link in one.links} for one in event.results] == [SERVERS] * 3
    assert [(one.rung, one.problems) for one in event.results] == [(Rung.BROWSER, ())] * 3
    assert {one.escalated_because for one in event.results} == {"drift: 0 of 2 servers without a browser"}
    assert all(link.verified for one in event.results for link in one.links)
    assert launches() - before == 1
    fonts_and_images = [
        entry for entry in world.log.entries() if entry.path.endswith((".png", ".css", ".ico"))
    ]
    assert fonts_and_images == []


async def test_pages_that_need_no_script_start_no_browser(world: World, scraper: Scraper) -> None:
    source = world.mint("Plain", quality=480, stock=True)
    before = launches()
    event = await scraper.scrape(
        SourceRef(source_id=1, quality=480, url=world.page_url(source), definition="vcloud")
    )
    assert isinstance(event, LinksScraped)
    assert (event.results[0].rung, event.results[0].escalated_because) == (Rung.STATIC, None)
    assert launches() == before


async def test_a_page_that_has_really_changed_is_still_drift(world: World, scraper: Scraper) -> None:
    world.fault("site", "drift")
    event = await scraper.scrape(scripted(world, 1, 480))
    assert isinstance(event, ScrapeFailed)
    assert (event.code, event.results[0].rung) == ("drift", Rung.STATIC)
    assert event.results[0].escalated_because is not None


async def test_a_missing_browser_is_said_and_the_job_goes_on(
    world: World, scraper: Scraper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "find_browser", lambda _: None)
    event = await scraper.scrape(scripted(world, 1, 480))
    assert isinstance(event, ScrapeFailed)
    assert event.code == "browser_unavailable"
    assert {one.code for one in event.results[0].problems} == {"browser_unavailable", "drift"}


async def test_cookies_come_back_with_the_page(site: Site) -> None:
    url = site.page(
        "<script>document.cookie='made=here';document.body.innerHTML='<i id=ready>x</i>'</script>"
    )
    async with browsing(site) as browser:
        rendered = await browser.render(url, wait_for=READY)
    assert '<i id="ready">' in rendered.page.text()
    assert {(one.name, one.value, one.domain) for one in rendered.cookies} == {
        ("seen", "yes", "127.0.0.1"),
        ("made", "here", "127.0.0.1"),
    }


async def test_no_address_inside_is_reached_by_any_way_out(site: Site, forbidden: Site) -> None:
    inside = forbidden.host
    url = site.page(
        f"""<img src='http://{inside}/img'><iframe src='http://{inside}/frame'></iframe><script>
        let left = 4, done = () => {{ if (!--left) document.body.innerHTML = '<p id=ready>' }};
        fetch('http://{inside}/fetch', {{mode: 'no-cors'}}).finally(done);
        fetch('/hop?to=http://{inside}/hop', {{mode: 'no-cors'}}).finally(done);
        new WebSocket('ws://{inside}/socket').onclose = done;
        new WebSocket('ws://localhost:{forbidden.port}/socket').onclose = done;
        window.open('http://{inside}/popup');
        </script>"""
    )
    async with browsing(site) as browser:
        await browser.render(url, wait_for=READY)
        assert await code_of(browser.render(f"http://{inside}/", wait_for=READY)) == "blocked_address"
        moved = f"http://{site.host}/?to=http://{inside}/"
        assert await code_of(browser.render(moved, wait_for=READY)) == "blocked_address"
        metadata = f"http://{site.host}/?to=http://169.254.169.254/latest/"
        assert await code_of(browser.render(metadata, wait_for=READY)) == "blocked_address"
        assert inside in browser.egress.troubles
    assert forbidden.asked == []


HEAP_HOG = """<script>var kept=[];function eat(){for(var i=0;i<200000;i++)kept.push({x:i,y:'k'+i});
setTimeout(eat,5)}setTimeout(eat,50)</script>"""


@pytest.mark.parametrize("body", [HOG, HEAP_HOG], ids=["buffers", "heap"])
async def test_a_page_that_eats_memory_ends_with_a_name_and_the_next_one_works(site: Site, body: str) -> None:
    url = site.page(body)
    async with browsing(site) as browser:
        assert await code_of(browser.render(url, wait_for=READY)) == "browser_memory"
        assert browser.watchman.peak < 450 * 1024**2
    async with browsing(site) as browser:
        assert (await browser.render(f"http://{site.host}/", wait_for=READY)).page.status == 200


async def test_a_browser_that_is_killed_under_a_page_has_a_name(site: Site) -> None:
    url = site.page("<p>never ready</p>")
    async with browsing(site) as browser:
        rendering = asyncio.ensure_future(browser.render(url, wait_for=READY))
        while "/page" not in site.asked:
            await asyncio.sleep(0.01)
        for group in browser._groups:
            os.killpg(group, signal.SIGKILL)
        assert await code_of(rendering) == "browser_crash"
        assert await code_of(browser.render(url, wait_for=READY)) == "browser_crash"


async def test_a_driver_that_is_killed_under_a_page_has_a_name(site: Site) -> None:
    url = site.page("<p>never ready</p>")
    async with browsing(site) as browser:
        rendering = asyncio.ensure_future(browser.render(url, wait_for=READY))
        while "/page" not in site.asked:
            await asyncio.sleep(0.01)
        for driver in browser._drivers:
            os.kill(driver, signal.SIGKILL)
        assert await code_of(rendering) == "browser_crash"


async def test_a_page_that_loads_without_end_is_too_heavy(site: Site) -> None:
    url = site.page("<script>(async()=>{for(;;)await (await fetch('/flood')).blob()})()</script>")
    async with browsing(site, most_bytes=8_000_000) as browser:
        assert await code_of(browser.render(url, wait_for=READY)) == "page_too_heavy"


async def test_a_missing_page_is_missing_to_a_browser_too(site: Site) -> None:
    async with browsing(site) as browser:
        assert await code_of(browser.render(f"http://{site.host}/missing", wait_for=READY)) == "not_found"


async def test_the_way_out_serves_only_the_browser_that_it_was_made_for(site: Site) -> None:
    async with Egress(Guard(frozenset({site.host}))) as egress, aiohttp.ClientSession() as stranger:
        url = f"http://{site.host}/page"
        own = {"Proxy-Authorization": aiohttp.encode_basic_auth(USER, egress.token)}
        for auth, status in (
            ("", 407),
            (aiohttp.encode_basic_auth(USER, "guessed"), 407),
            (aiohttp.encode_basic_auth(USER, egress.token), 200),
        ):
            async with stranger.get(url, proxy=egress.url, headers={"Proxy-Authorization": auth}) as answer:
                assert answer.status == status
        async with stranger.get("http://10.1.2.3/", proxy=egress.url, headers=own) as answer:
            assert answer.status == 403
        assert {host: error.code for host, error in egress.troubles.items()} == {
            "10.1.2.3:80": "blocked_address"
        }
    assert site.asked == ["/page"]


async def test_a_name_that_leads_inside_is_refused(site: Site) -> None:
    async def rebinding(_: str, __: int) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    async with PlaywrightBrowsers(Guard(), ensure_chromium(), rebinding).opened("test") as browser:
        code = await code_of(browser.render("https://rebind.example/", wait_for=READY))
    assert code == "blocked_address"
    assert site.asked == []


async def test_a_host_that_hangs_up_is_not_the_browsers_fault(
    site: Site, free_port: Callable[[], int]
) -> None:
    gone = f"127.0.0.1:{free_port()}"
    async with PlaywrightBrowsers(Guard(frozenset({gone})), ensure_chromium()).opened("test") as browser:
        assert await code_of(browser.render(f"http://{gone}/", wait_for=READY)) == "connect"


async def test_dialogs_and_popups_hold_nothing_up(site: Site) -> None:
    url = site.page(
        "<script>alert(1);confirm(2);window.open('/popup');document.body.innerHTML='<p id=ready>'</script>"
    )
    async with browsing(site) as browser:
        await browser.render(url, wait_for=READY)
    assert "/popup" not in site.asked
