"""Ways to an address inside: every spelling by every kind of request, and nobody who was reached.

The canary counts connections, not requests: a dial alone would be a leak. It listens on a port that counts as
public here, so that the address alone is what forbids it. The control shows that the same ways do reach a
host that an operator opened. Names and rebinding of plain HTTP are in tests/integration/fetch.
"""

import asyncio
import contextlib
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from tests.integration.fetch.servers import EAGER, WAYS
from tests.integration.scraper.browsing import READY, Site
from tests.support.spellings import PRIVATE_SPELLINGS
from wellspring_cli.chromium import ensure_chromium
from wellspring_common.errors import WellspringError
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.page import Request
from wellspring_scraper.adapters.browser import PlaywrightBrowsers

REFUSALS = {"blocked_address", "bad_url", "dns"}
ALL_WAYS = ("page", *WAYS)
REDIRECTS = (301, 302, 303, 307, 308)

pytestmark = pytest.mark.usefixtures("nothing_stays")


@dataclass
class Canary:
    """Hears every connection on a port of all addresses of this machine."""

    port: int = 0
    reached: list[str] = field(default_factory=list)


async def on_both_families(hear: Callable[[StreamReader, StreamWriter], Awaitable[None]]) -> asyncio.Server:
    """Listen on one port of both families. One that is free in the first may be somebody's in the other."""
    for _ in range(50):
        with socket.socket() as drawn:
            drawn.bind(("0.0.0.0", 0))
            port = drawn.getsockname()[1]
        with contextlib.suppress(OSError):
            return await asyncio.start_server(hear, ["0.0.0.0", "::"], port)
    raise AssertionError("no port is free in both families")


@pytest.fixture
async def canary(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Canary]:
    found = Canary()

    async def hear(_: StreamReader, writer: StreamWriter) -> None:
        found.reached.append(str(writer.get_extra_info("peername")))
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 18\r\n\r\n<p id=ready>ready\r\n"
        )
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()

    server = await on_both_families(hear)
    found.port = server.sockets[0].getsockname()[1]
    monkeypatch.setattr("wellspring_common.fetch.guard.PUBLIC_PORTS", frozenset({80, 443, found.port}))
    async with server:
        yield found


async def refused(work: Awaitable[object]) -> str:
    with pytest.raises(WellspringError) as raised:
        await work
    return raised.value.code


def asked(fetcher: Fetcher, url: str, way: str) -> Awaitable[object]:
    return fetcher.fetch(Request(url)) if way == "page" else fetcher.probe(url)


@pytest.mark.parametrize("way", ALL_WAYS)
@pytest.mark.parametrize("status", REDIRECTS)
async def test_plain_http_follows_no_redirect_inside(
    site: Site, canary: Canary, status: int, way: str
) -> None:
    guard = Guard(frozenset({site.host}))
    async with Fetcher(guard, pace=EAGER, lean=way == WAYS[0]) as fetcher:
        for host in PRIVATE_SPELLINGS:
            inside = f"http://{host}:{canary.port}/"
            assert await refused(asked(fetcher, inside, way)) in REFUSALS, host
            url = f"http://{site.host}/?status={status}&to={inside}"
            assert await refused(asked(fetcher, url, way)) in REFUSALS, host
    assert canary.reached == []


def page_of_all_ways(site: Site, host: str) -> str:
    """Return a page whose script tries every kind of request at a host, and is ready when all have ended."""
    return site.page(
        f"""<img src='http://{host}/i'><iframe src='http://{host}/f'></iframe><script src='http://{host}/s'>
        </script><link rel=stylesheet href='http://{host}/c'><link rel=preconnect href='http://{host}/'>
        <video src='http://{host}/v'></video><form id=go method=post action='http://{host}/p' target=other>
        </form><script>
        let left = 5, done = () => {{ if (!--left) document.body.innerHTML = '<p id=ready>' }};
        fetch('http://{host}/fetch', {{mode: 'no-cors'}}).finally(done);
        fetch('/hop?to=http://{host}/hop', {{mode: 'no-cors'}}).finally(done);
        try {{ new WebSocket('ws://{host}/socket').onclose = done }} catch {{ done() }}
        try {{ const s = new EventSource('http://{host}/e'); s.onerror = () => {{ s.close(); done() }} }}
        catch {{ done() }}
        navigator.sendBeacon('http://{host}/b', 'x'); done();
        window.open('http://{host}/popup'); document.getElementById('go').submit();
        </script>"""
    )


async def test_a_browser_reaches_no_spelling_by_any_kind_of_request(site: Site, canary: Canary) -> None:
    browsers = PlaywrightBrowsers(Guard(frozenset({site.host})), binary=ensure_chromium())
    async with browsers.opened("test") as browser:
        for host in PRIVATE_SPELLINGS:
            inside = f"{host}:{canary.port}"
            # a page that is torn down while it asks may end in any way, as long as nobody was asked
            with contextlib.suppress(WellspringError):
                await browser.render(page_of_all_ways(site, inside), wait_for=READY)
            assert canary.reached == [], host
            await refused(browser.render(f"http://{inside}/", wait_for=READY))
            await refused(browser.render(f"http://{site.host}/?to=http://{inside}/", wait_for=READY))
            assert canary.reached == [], host


@pytest.mark.parametrize("way", ALL_WAYS)
async def test_the_control_plain_http_reaches_what_an_operator_opened(
    site: Site, canary: Canary, way: str
) -> None:
    opened = f"127.0.0.1:{canary.port}"
    async with Fetcher(Guard(frozenset({site.host, opened})), lean=way == WAYS[0]) as fetcher:
        await asked(fetcher, f"http://{site.host}/?to=http://{opened}/", way)
    assert len(canary.reached) == 1


async def test_the_control_a_browser_reaches_what_an_operator_opened(site: Site, canary: Canary) -> None:
    opened = f"127.0.0.1:{canary.port}"
    browsers = PlaywrightBrowsers(Guard(frozenset({site.host, opened})), binary=ensure_chromium())
    async with browsers.opened("test") as browser:
        await browser.render(page_of_all_ways(site, opened), wait_for=READY)
    assert len(canary.reached) >= 3  # fetch, fetch after a redirect, WebSocket
