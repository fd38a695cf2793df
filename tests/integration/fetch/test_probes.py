"""Probes of files, by the lean way and by aiohttp: what holds for one holds for the other."""

import asyncio
import socket

import pytest

from tests.integration.fetch.servers import FILM, Site, fetcher_for
from wellspring_common.errors import Permanent, Throttled, WellspringError
from wellspring_common.fetch.faults import UnknownNameError
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.limits import Limits
from wellspring_common.fetch.media import sniff


async def test_one_ranged_request_shows_a_film(site: Site, prober: Fetcher) -> None:
    probe = await prober.probe(site.url("/film"), headers={"Referer": "http://page.example/"})
    assert (probe.status, probe.size, probe.accept_ranges) == (206, len(FILM), True)
    assert (probe.first_bytes, probe.content_type, probe.method) == (FILM[:512], "video/mp4", "GET")
    assert sniff(probe).ok
    assert len(site.asked) == 1
    assert (site.headers[0]["range"], site.headers[0]["referer"]) == ("bytes=0-511", "http://page.example/")


async def test_both_ways_send_the_same_headers(site: Site) -> None:
    for lean in (True, False):
        async with fetcher_for(site.port, lean=lean) as fetcher:
            await fetcher.probe(site.url("/film?a=%2F&b=c%20d"), headers={"Cookie": "a=b", "user-agent": "x"})
            await fetcher.probe(site.url("/film"))
    assert site.headers[:2] == site.headers[2:]
    assert site.asked[:2] == site.asked[2:]
    assert site.headers[0]["user-agent"] == "x"
    assert site.headers[1]["user-agent"].startswith("Wellspring/")


async def test_a_server_that_ignores_ranges_sends_no_whole_film(site: Site, prober: Fetcher) -> None:
    probe = await prober.probe(site.url("/endless"), deadline_s=5)
    assert (probe.status, len(probe.first_bytes), probe.accept_ranges) == (200, 512, False)
    assert site.sent < 20_000_000


async def test_a_host_that_wants_head_is_asked_so_from_then_on(site: Site, prober: Fetcher) -> None:
    first = await prober.probe(site.url("/headonly"))
    second = await prober.probe(site.url("/headonly"))
    assert (first.method, first.size, second.method) == ("HEAD", len(FILM), "HEAD")
    assert [method for method, _ in site.asked] == ["GET", "HEAD", "HEAD"]
    third = await prober.probe(site.url("/zipped"))
    assert third.status == 200


async def test_a_probe_reports_what_a_fetch_would_raise(site: Site, prober: Fetcher) -> None:
    gone = await prober.probe(site.url("/status/404"))
    wall = await prober.probe(site.url("/challenge"))
    busy = await prober.probe(site.url("/status/429?after=2"))
    assert (gone.status, wall.challenge, busy.retry_after) == (404, True, 2.0)


async def test_a_host_that_throttles_probes_is_left_alone(site: Site, prober: Fetcher) -> None:
    await prober.probe(site.url("/status/503?after=60"))
    with pytest.raises(Throttled) as raised:
        await prober.probe(site.url("/film"))
    assert 50 < raised.value.retry_after <= 60
    assert len(site.asked) == 1


async def test_redirects_are_followed_told_and_counted(site: Site, prober: Fetcher) -> None:
    probe = await prober.probe(site.url("/to?u=/film"))
    assert (probe.final_url, probe.hops) == (site.url("/film"), (site.url("/to?u=/film"),))
    assert probe.size == len(FILM)
    with pytest.raises(Permanent) as raised:
        await prober.probe(site.url("/loop"))
    assert raised.value.code == "too_many_redirects"
    assert len(site.asked) == 2 + 6


async def test_secrets_stay_with_their_origin(site: Site, prober: Fetcher) -> None:
    other = site.url("/film", "localhost").replace("/", "%2F")
    with pytest.raises(WellspringError):  # that name is not open to us, and would be asked without the cookie
        await prober.probe(site.url(f"/to?u={other}"), headers={"Cookie": "a=b"})
    await prober.probe(site.url("/to?u=/film"), headers={"Cookie": "a=b"})
    assert [each.get("cookie") for each in site.headers] == ["a=b"] * 3


@pytest.mark.parametrize("headers", [{"Referer": "x\r\nHost: y"}, {"X": "a\x00b"}])
async def test_a_header_that_is_none_is_never_sent(
    site: Site, prober: Fetcher, headers: dict[str, str]
) -> None:
    with pytest.raises(Permanent) as raised:
        await prober.probe(site.url("/film"), headers=headers)
    assert raised.value.code == "bad_url"
    assert site.asked == []


async def test_nobody_listening_and_no_such_name_are_told_apart(lean: bool) -> None:
    async def nothing(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        async with fetcher_for(port, lookup=nothing, lean=lean) as fetcher:
            with pytest.raises(WellspringError) as refused:
                await fetcher.probe(f"http://127.0.0.1:{port}/")
            with pytest.raises(UnknownNameError) as unknown:
                await fetcher.probe("http://gone.example/")
    assert (refused.value.code, unknown.value.code) == ("connect", "dns")


async def test_probes_share_connections_and_no_more_than_allowed(site: Site) -> None:
    async with fetcher_for(site.port) as fetcher:
        for _ in range(5):
            await fetcher.probe(site.url("/film"))
            await fetcher.probe(site.url("/status/404"))
            await fetcher.probe(site.url("/to?u=/film"))
        assert fetcher._lean is not None
        assert len(fetcher._lean._open) == 1
        await asyncio.gather(*(fetcher.probe(site.url("/film")) for _ in range(40)))
        assert 1 < len(fetcher._lean._open) <= 20
    assert not fetcher._lean._open


async def test_a_cancelled_probe_leaves_no_connection_with_an_answer_to_come(site: Site) -> None:
    async with fetcher_for(site.port) as fetcher:
        await fetcher.probe(site.url("/film"))
        with pytest.raises(WellspringError) as raised:
            await fetcher.probe(site.url("/slow"), deadline_s=0.1)
        assert raised.value.code == "timeout"
        assert (await fetcher.probe(site.url("/film"))).size == len(FILM)


async def test_a_deadline_ends_the_wait_for_a_connection_and_loses_none(site: Site, lean: bool) -> None:
    async with fetcher_for(site.port, limits=Limits(connections=1), lean=lean) as fetcher:
        slow = asyncio.create_task(fetcher.probe(site.url("/slow")))
        while not site.asked:
            await asyncio.sleep(0.01)
        with pytest.raises(WellspringError) as raised:
            await fetcher.probe(site.url("/film"), deadline_s=0.2)
        assert raised.value.code == "timeout"
        assert len(site.asked) == 1
        slow.cancel()
        assert (await fetcher.probe(site.url("/film"))).size == len(FILM)


async def test_a_deadline_ends_the_wait_for_a_turn(site: Site, prober: Fetcher) -> None:
    prober.pacer.slow(f"127.0.0.1:{site.port}", 4.0)
    await prober.probe(site.url("/film"))
    with pytest.raises(WellspringError) as raised:
        await prober.probe(site.url("/film"), deadline_s=0.2)
    assert raised.value.code == "timeout"
    assert len(site.asked) == 1
