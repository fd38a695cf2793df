import resource
import socket
import sys
import time
from collections.abc import AsyncGenerator

import aiohttp
import pytest

from tests.integration.fetch.servers import WAYS, Site, fetcher_for, raw_server, running_site
from tests.support.spellings import PRIVATE_SPELLINGS
from wellspring_common.errors import Permanent, Throttled, Transient, WellspringError
from wellspring_common.fetch.faults import UnknownNameError
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.limits import Limits
from wellspring_common.fetch.page import Request


@pytest.fixture
async def fetcher(site: Site) -> AsyncGenerator[Fetcher]:
    async with fetcher_for(site.port) as found:
        yield found


async def failure_of(fetcher: Fetcher, url: str, **more: float) -> WellspringError:
    with pytest.raises(WellspringError) as raised:
        await fetcher.fetch(Request(url, **more))  # type: ignore[arg-type]
    return raised.value


async def test_a_page_comes_with_its_body_decompressed_and_its_redirects_told(
    site: Site, fetcher: Fetcher
) -> None:
    page = await fetcher.fetch(Request(site.url("/to?u=/zipped")))
    assert page.text() == "<p>hello</p>"
    assert (page.status, page.url, page.hops) == (200, site.url("/zipped"), (site.url("/to?u=/zipped"),))
    assert site.headers[0]["user-agent"].startswith("Wellspring/")


async def test_forms_json_and_cookies_travel(site: Site, fetcher: Fetcher) -> None:
    form = await fetcher.fetch(Request(site.url("/echo"), method="POST", form={"a": "b c"}))
    data = await fetcher.fetch(Request(site.url("/echo"), method="POST", json={"a": 1}))
    moved = await fetcher.fetch(Request(site.url("/to?u=/echo"), method="POST", form={"a": "b"}))
    assert form.json() == {"method": "POST", "body": "a=b+c"}
    assert data.json() == {"method": "POST", "body": '{"a": 1}'}
    assert moved.json() == {"method": "GET", "body": ""}
    jar = aiohttp.CookieJar(unsafe=True)
    first = await fetcher.fetch(Request(site.url("/cookie")), jar=jar)
    second = await fetcher.fetch(Request(site.url("/cookie")), jar=jar)
    without = await fetcher.fetch(Request(site.url("/cookie")))
    assert (first.text(), second.text(), without.text()) == ("none", "v", "none")


async def test_redirects_can_be_left_alone_or_stopped_before_the_last(site: Site, fetcher: Fetcher) -> None:
    alone = await fetcher.fetch(Request(site.url("/to?u=/zipped"), follow=False))
    assert (alone.status, alone.headers["location"]) == (302, "/zipped")
    stopped = await fetcher.fetch(
        Request(site.url("/to?u=/zipped%3Flink%3Dx"), stop_at=lambda url: "?link=" in url)
    )
    assert stopped.url == site.url("/zipped?link=x")
    assert ("GET", "/zipped?link=x") not in site.asked


@pytest.mark.parametrize(
    ("path", "kind", "code"),
    [
        ("/status/404", Permanent, "not_found"),
        ("/status/403", Permanent, "forbidden"),
        ("/status/500", Transient, "server_error"),
        ("/status/429?after=1", Throttled, "throttled"),
        ("/challenge", Permanent, "blocked"),
        ("/loop", Permanent, "too_many_redirects"),
        ("/endless", Permanent, "too_large"),
        ("/bomb", Permanent, "too_large"),
        ("/reset", Transient, "connect"),
        ("/to?u=ftp://host.example/", Permanent, "bad_url"),
        ("/to?u=http://user@host.example/", Permanent, "bad_url"),
    ],
)
async def test_failures_have_names(
    site: Site, fetcher: Fetcher, path: str, kind: type[Exception], code: str
) -> None:
    error = await failure_of(fetcher, site.url(path), deadline_s=5)
    assert (type(error), error.code) == (kind, code)


async def test_a_page_is_returned_as_it_is_where_no_error_is_wanted(site: Site, fetcher: Fetcher) -> None:
    page = await fetcher.fetch(Request(site.url("/status/404")), raise_for_status=False)
    assert (page.status, page.text()) == (404, "sorry")


async def test_drips_and_slow_headers_end_at_the_deadline(site: Site) -> None:
    async with fetcher_for(site.port, limits=Limits(connect_s=0.2, first_byte_s=0.2)) as fetcher:
        for path, deadline_s in (("/drip", 0.3), ("/slow", 20.0)):
            started = time.perf_counter()
            assert (await failure_of(fetcher, site.url(path), deadline_s=deadline_s)).code == "timeout"
            assert time.perf_counter() - started < 3


async def test_a_bomb_costs_no_memory(site: Site, fetcher: Fetcher) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(3):
        assert (await failure_of(fetcher, site.url("/bomb"))).code == "too_large"
    unit = 1024 if sys.platform == "linux" else 1
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit < 20_000_000


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"HTTP/1.1 200 OK\r\nX" * 3,
    ],
)
async def test_what_is_no_http_is_a_named_failure(answer: bytes) -> None:
    async with raw_server(answer) as port, fetcher_for(port) as fetcher:
        error = await failure_of(fetcher, f"http://127.0.0.1:{port}/", deadline_s=3)
    assert error.code in {"garbage", "connect"}


async def test_a_body_that_breaks_off_is_a_failed_connection() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"
    async with raw_server(answer) as port, fetcher_for(port) as fetcher:
        assert (await failure_of(fetcher, f"http://127.0.0.1:{port}/")).code == "connect"


async def test_nobody_listening_and_no_such_name_are_told_apart(site: Site) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

        async def nothing(host: str, port: int) -> list[str]:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")

        async with fetcher_for(port, lookup=nothing) as fetcher:
            refused = await failure_of(fetcher, f"http://127.0.0.1:{port}/")
            unknown = await failure_of(fetcher, "http://gone.example/")
    assert (type(refused), refused.code) == (Transient, "connect")
    assert (type(unknown), unknown.code) == (UnknownNameError, "dns")


async def test_a_host_that_throttles_is_left_alone(site: Site, fetcher: Fetcher) -> None:
    await failure_of(fetcher, site.url("/status/503?after=60"))
    error = await failure_of(fetcher, site.url("/zipped"))
    assert isinstance(error, Throttled)
    assert 50 < error.retry_after <= 60
    assert len(site.asked) == 1


@pytest.mark.parametrize("host", PRIVATE_SPELLINGS)
@pytest.mark.parametrize("way", ["direct", "redirect", *WAYS, *(f"redirect, {way}" for way in WAYS)])
async def test_no_spelling_of_loopback_is_reached(site: Site, host: str, way: str) -> None:
    """The target listens on a port that is in use and allowed by number only for the redirecting site."""
    async with running_site() as target, fetcher_for(site.port, lean="lean" in way) as fetcher:
        # the port itself has to be an allowed one, or it would be refused for that alone
        url = target.url("/film", host)
        page = site.url(f"/to?u={url}") if "redirect" in way else url
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("wellspring_common.fetch.guard.PUBLIC_PORTS", frozenset({80, 443, target.port}))
            asked = fetcher.probe(page) if "probe" in way else fetcher.fetch(Request(page, deadline_s=5))
            with pytest.raises(WellspringError) as raised:
                await asked
        assert raised.value.code in {"blocked_address", "bad_url", "dns"}
        assert target.asked == []


async def test_an_allowed_name_reaches_its_private_host(site: Site) -> None:
    async def inward(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with fetcher_for(lookup=inward, names=(f"media.test:{site.port}",)) as fetcher:
        page = await fetcher.fetch(Request(site.url("/zipped", "media.test")))
    assert page.status == 200


async def test_the_environment_names_no_proxy_for_us(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_site() as proxy, fetcher_for(site.port) as fetcher:
        monkeypatch.setenv("HTTP_PROXY", proxy.url(""))
        monkeypatch.setenv("http_proxy", proxy.url(""))
        await fetcher.fetch(Request(site.url("/zipped")))
        assert proxy.asked == []


async def test_connections_are_used_again(site: Site, fetcher: Fetcher) -> None:
    for _ in range(5):
        await fetcher.fetch(Request(site.url("/to?u=/zipped")))
    connector = fetcher._slow._session.connector
    assert connector is not None
    assert sum(len(kept) for kept in connector._conns.values()) == 1
