"""Bodies that are read as they come: whole, in parts, at the pace of who takes them, from nowhere private."""

import pytest

from tests.integration.fetch.servers import FILM, Site
from wellspring_common.errors import WellspringError
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.streams import Streams


def streams_for(site: Site, *, idle_s: float = 5) -> Streams:
    return Streams(Guard(frozenset({f"127.0.0.1:{site.port}"})), idle_s=idle_s)


async def test_a_body_comes_whole_and_in_parts(site: Site) -> None:
    async with streams_for(site) as streams:
        async with streams.open(site.url("/film")) as stream:
            assert (stream.status, b"".join([chunk async for chunk in stream.chunks()])) == (200, FILM)
        async with streams.open(site.url("/film"), headers={"Range": "bytes=0-511"}) as stream:
            assert (stream.status, b"".join([chunk async for chunk in stream.chunks()])) == (206, FILM[:512])


async def test_what_nobody_reads_is_not_fetched(site: Site) -> None:
    async with streams_for(site) as streams, streams.open(site.url("/endless")) as stream:
        chunks = stream.chunks()
        assert len(await anext(chunks)) <= 65_536
        await chunks.aclose()
    assert site.sent < 16 * 1024 * 1024


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://10.0.0.1/", "http://[::1]/", "file:///etc/passwd"]
)
async def test_nothing_private_is_opened(site: Site, url: str) -> None:
    async with streams_for(site) as streams:
        with pytest.raises(WellspringError) as raised:
            async with streams.open(url):
                pass
    assert raised.value.code in {"blocked_address", "bad_url"}


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data"])
async def test_a_redirect_to_somewhere_private_is_not_followed(site: Site, target: str) -> None:
    async with streams_for(site) as streams:
        with pytest.raises(WellspringError) as raised:
            async with streams.open(site.url(f"/to?u={target}")):
                pass
    assert raised.value.code == "blocked_address"


async def test_redirects_have_an_end(site: Site) -> None:
    async with streams_for(site) as streams:
        with pytest.raises(WellspringError) as raised:
            async with streams.open(site.url("/loop")):
                pass
    assert raised.value.code == "too_many_redirects"


async def test_a_server_that_falls_silent_is_given_up(site: Site) -> None:
    async with streams_for(site, idle_s=0.01) as streams, streams.open(site.url("/drip")) as stream:
        with pytest.raises(WellspringError) as raised:
            async for _ in stream.chunks():
                pass
    assert raised.value.code == "timeout"
