"""Pages that do their worst: each ends with a name and in time, the next one works, and nothing stays."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace

import pytest

from tests.integration.scraper.browsing import READY, Site, browsing, code_of
from wellspring_common.cgroup import GroupMemory
from wellspring_common.errors import Transient
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.pace import Pacer, PaceRule
from wellspring_common.fetch.page import Request
from wellspring_scraper.adapters import tab
from wellspring_scraper.adapters.manners import Manners

pytestmark = pytest.mark.usefixtures("nothing_stays")

MB = 1024 * 1024
ENDLESS = "<script>for(;;);</script>"
ENDLESS_LATER = "<script>setTimeout(()=>{for(;;);},20)</script>"
ENDLESS_DIALOGS = "<script>for(;;)alert(1)</script>"
RESTLESS = "<script>location='/page?'+Math.random()</script>"
HUGE = """<script>setTimeout(()=>{for(let i=0;i<400000;i++)document.body.appendChild(
document.createElement('p')).textContent='row '+i;document.body.id='ready'},20)</script>"""
LYING = """<script>Object.defineProperty(Element.prototype,'outerHTML',{get(){return 'small'}});
document.body.innerHTML='<p id=ready hidden>'+'x'.repeat(3<<20)</script>"""


@contextmanager
def hurried() -> Iterator[None]:
    """Wait for a page that never comes no longer than a test does."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("GOTO_S", "LINKS_S", "READ_S", "CLOSE_S"):
            patch.setattr(tab, name, 2.0)
        yield


@pytest.mark.parametrize(
    ("body", "codes", "patience"),
    [
        (ENDLESS, {"browser_timeout"}, hurried),
        (ENDLESS_LATER, {"browser_timeout", "drift"}, hurried),
        (ENDLESS_DIALOGS, {"browser_timeout"}, hurried),
        # these end by what the page does, and how soon depends on the machine
        (RESTLESS, {"too_many_redirects"}, nullcontext),
        (LYING, {"page_too_heavy"}, nullcontext),
    ],
    ids=["endless", "endless later", "dialogs", "restless", "lying"],
)
async def test_a_bad_page_has_a_name_and_the_next_one_in_the_same_browser_works(
    site: Site, body: str, codes: set[str], patience: Callable[[], AbstractContextManager[None]]
) -> None:
    url = site.page(body)
    async with browsing(site) as browser, asyncio.timeout(90):
        with patience():
            assert await code_of(browser.render(url, wait_for=READY)) in codes
        assert (await browser.render(f"http://{site.host}/", wait_for=READY)).page.status == 200


async def test_a_page_that_builds_without_measure_is_too_heavy(site: Site) -> None:
    url = site.page(HUGE)
    async with browsing(site) as browser:
        assert await code_of(browser.render(url, wait_for=READY)) in {"page_too_heavy", "browser_memory"}


async def test_a_budget_that_is_over_ends_everything(site: Site) -> None:
    url = site.page(ENDLESS)

    async def ends_once_it_is_asked(budget: asyncio.Timeout) -> None:
        while "/page" not in site.asked:
            await asyncio.sleep(0.01)
        budget.reschedule(asyncio.get_running_loop().time() + 0.5)

    budget = asyncio.timeout(120)
    ending = asyncio.create_task(ends_once_it_is_asked(budget))
    with pytest.raises(TimeoutError):
        async with budget, browsing(site) as browser:
            await browser.render(url, wait_for=READY)
    await ending


async def test_who_has_no_patience_for_a_polite_end_leaves_nothing_either(site: Site) -> None:
    url = site.page(ENDLESS)

    async def work() -> None:
        async with browsing(site) as browser:
            await browser.render(url, wait_for=READY)

    task = asyncio.create_task(work())
    while "/page" not in site.asked:
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_redirects_in_a_circle_and_files_have_their_names(site: Site) -> None:
    async with browsing(site) as browser:
        circle, file = f"http://{site.host}/round", f"http://{site.host}/file"
        assert await code_of(browser.render(circle, wait_for=READY)) == "too_many_redirects"
        assert await code_of(browser.render(file, wait_for=READY)) == "not_html"


async def test_a_page_starts_no_download_no_worker_and_no_storm_of_popups(site: Site) -> None:
    url = site.page(
        """<a id=file href=/file download>x</a><script>
        navigator.serviceWorker?.register('/worker.js').catch(()=>{});
        setInterval(()=>window.open('/popup'), 10); document.querySelector('#file').click();
        setTimeout(()=>{document.body.innerHTML='<p id=ready>'}, 300)</script>"""
    )
    async with browsing(site) as browser:
        await browser.render(url, wait_for=READY)
        kept = [name for _, _, names in os.walk(browser.folder) for name in names]
    assert {"/worker.js", "/popup"} & set(site.asked) == set()
    assert [name for name in kept if "a.bin" in name or name.endswith(".crdownload")] == []


async def test_pictures_style_fonts_and_films_are_never_fetched(site: Site) -> None:
    url = site.page(
        """<link rel=stylesheet href=/style.css><style>@font-face{font-family:f;src:url(/font.woff2)}</style>
        <p style="font-family:f">x</p><img src=/picture.png><video src=/film.mp4 autoplay></video>
        <script src=/script.js></script>
        <script>setTimeout(()=>{document.body.innerHTML='<p id=ready>'}, 300)</script>"""
    )
    async with browsing(site) as browser:
        await browser.render(url, wait_for=READY)
    assert "/script.js" in site.asked
    assert {"/style.css", "/font.woff2", "/picture.png", "/film.mp4"} & set(site.asked) == set()


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.settimeout(0)
        yield opened


async def test_webrtc_sends_nothing_past_the_proxy(site: Site, ear: socket.socket) -> None:
    port = ear.getsockname()[1]
    url = site.page(
        f"""<script>const call=new RTCPeerConnection({{iceServers:[{{urls:'stun:127.0.0.1:{port}'}},
        {{urls:'turn:127.0.0.1:{port}?transport=udp',username:'a',credential:'b'}}]}});
        call.createDataChannel('x');call.createOffer().then(o=>call.setLocalDescription(o));
        setTimeout(()=>{{document.body.innerHTML='<p id=ready>'}},1500)</script>"""
    )
    async with browsing(site) as browser:
        await browser.render(url, wait_for=READY)
    with pytest.raises(BlockingIOError):
        ear.recv(100)


async def test_browser_and_plain_http_say_the_same_name(site: Site) -> None:
    async with Fetcher(Guard(frozenset({site.host}))) as fetcher:
        await fetcher.fetch(Request(f"http://{site.host}/"))
        manners = Manners(fetcher.user_agent)
    url = site.page(
        "<script>fetch('/asked');document.body.innerHTML='<p id=ready>'+navigator.userAgent</script>"
    )
    async with browsing(site, manners=manners) as browser:
        rendered = await browser.render(url, wait_for=READY)
    assert {one["User-Agent"] for one in site.headers} == {fetcher.user_agent}
    assert fetcher.user_agent in rendered.page.text()


async def test_a_page_asks_its_host_no_faster_than_plain_http_does(site: Site) -> None:
    pacer = Pacer(PaceRule(concurrency=4, burst=3, rate_per_s=4))
    url = site.page(
        """<script>let n=0;for(let i=0;i<7;i++)fetch('/ask').then(()=>{
        if(++n==7)document.body.innerHTML='<p id=ready>'})</script>"""
    )
    loop = asyncio.get_running_loop()
    async with browsing(site, manners=Manners(pacer=pacer)) as browser:
        began = loop.time()
        await browser.render(url, wait_for=READY)
    # eight turns, three of them at once, the others four a second
    assert loop.time() - began >= 1.25
    assert site.asked.count("/ask") == 7


async def test_a_host_that_wants_to_be_left_alone_is_left_alone_by_all(site: Site) -> None:
    pacer = Pacer(PaceRule())
    async with browsing(site, manners=Manners(pacer=pacer)) as browser:
        busy = f"http://{site.host}/busy"
        assert await code_of(browser.render(busy, wait_for=READY)) == "throttled"
        assert pacer.quiet_for(site.host) > 20
        assert await code_of(browser.render(busy, wait_for=READY)) == "throttled"
    assert site.asked == ["/busy"]


class Group:
    """A control group that a test makes up."""

    def __init__(self, hard_mb: int, limit_mb: int = 512) -> None:
        self.memory = GroupMemory(limit_mb * MB, hard_mb * MB, hard_mb * MB, 0)

    def look(self) -> GroupMemory:
        return self.memory

    def kill(self) -> None:
        self.memory = replace(self.memory, oom_kills=self.memory.oom_kills + 1)


async def test_without_room_no_browser_is_started(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wellspring_scraper.adapters.room.PATIENCE_S", 0.1)
    with pytest.raises(Transient, match="12 MB of 512 MB") as caught:
        async with browsing(site, look=Group(500).look):
            pass
    assert caught.value.code == "memory_short"


async def test_what_the_kernel_killed_for_memory_is_said_so(site: Site) -> None:
    group = Group(60)
    url = site.page("<p>never ready</p>")
    async with browsing(site, look=group.look) as browser:
        rendering = asyncio.ensure_future(browser.render(url, wait_for=READY))
        while "/page" not in site.asked:
            await asyncio.sleep(0.01)
        group.kill()
        for one in browser._groups:
            os.killpg(one, signal.SIGKILL)
        assert await code_of(rendering) == "browser_memory"


async def test_all_that_is_dialled_was_vetted_also_when_the_first_address_is_deaf(
    site: Site, free_port: Callable[[], int]
) -> None:
    async def two_addresses(_: str, __: int) -> list[str]:
        return ["127.0.0.9", "127.0.0.1"]  # nobody listens on the first

    named = replace(site, port=site.port)
    host = f"two.example:{site.port}"
    browsers = browsing(named, lookup=two_addresses)
    async with browsers as browser:
        browser.egress._guard = Guard(frozenset({host}))
        browser.egress._resolver._guard = browser.egress._guard
        rendered = await browser.render(f"http://{host}/", wait_for=READY)
    assert rendered.page.url == f"http://{host}/"
