"""What name servers may say, and what is dialled then: for pages, and for probes both ways."""

import errno

import pytest
from yarl import URL

from tests.integration.fetch.servers import EAGER, WAYS, Site, fetcher_for
from wellspring_common.errors import WellspringError
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.page import Request

ALL = ("page", *WAYS)


async def failure_of(fetcher: Fetcher, url: str, way: str) -> WellspringError:
    with pytest.raises(WellspringError) as raised:
        await (fetcher.fetch(Request(url)) if way == "page" else fetcher.probe(url))
    return raised.value


@pytest.mark.parametrize("way", ALL)
async def test_a_name_with_one_private_answer_is_refused_whole(way: str) -> None:
    async def mixed(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    async with fetcher_for(lookup=mixed, lean=way == WAYS[0]) as fetcher:
        assert (await failure_of(fetcher, "http://mixed.example/", way)).code == "blocked_address"


@pytest.mark.parametrize("way", ALL)
async def test_a_name_that_is_rebound_between_requests_is_refused(site: Site, way: str) -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.1"]])

    async def rebinding(host: str, port: int) -> list[str]:
        return next(answers)

    async with fetcher_for(site.port, lookup=rebinding, lean=way == WAYS[0]) as fetcher:
        first = await failure_of(fetcher, "http://rebind.example:8080/", way)
        second = await failure_of(fetcher, "http://rebind.example/", way)
    assert (first.code, second.code) == ("blocked_address", "blocked_address")
    assert site.asked == []


async def test_a_name_is_asked_once_for_all_who_want_it_and_pinned(site: Site) -> None:
    """The second answer would lead elsewhere: who vetted one and dialled the other would go there."""
    asked = 0

    async def turning(host: str, port: int) -> list[str]:
        nonlocal asked
        asked += 1
        return ["127.0.0.1"] if asked == 1 else ["127.0.0.2"]

    async with fetcher_for(lookup=turning, names=(f"media.test:{site.port}",)) as fetcher:
        for _ in range(2):
            assert (await fetcher.probe(site.url("/film", "media.test"))).status == 206
            for connection in list(fetcher._lean._open):
                connection.drop()  # the next one has to dial again
    assert asked == 1


@pytest.mark.parametrize("way", ALL)
async def test_the_dial_itself_refuses_what_no_check_before_it_saw(
    site: Site, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """A second fence: even with the URL policy and the resolver blind, the socket is not opened."""
    real = Guard.may_dial
    monkeypatch.setattr(Guard, "vet", lambda self, text: URL(text))
    monkeypatch.setattr(
        Guard,
        "may_dial",
        lambda self, host, port, address: host == "blind.example" or real(self, host, port, address),
    )
    monkeypatch.setattr(
        "wellspring_common.fetch.resolve.VettingResolver._remember", lambda self, addresses, port: None
    )

    async def inward(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with Fetcher(Guard(), pace=EAGER, lookup=inward, lean=way == WAYS[0]) as fetcher:
        for url in (site.url("/film"), site.url("/film", "blind.example")):
            assert (await failure_of(fetcher, url, way)).code == "blocked_address"
    assert site.asked == []


@pytest.mark.parametrize("way", WAYS)
async def test_a_name_server_that_fails_is_no_missing_name(way: str) -> None:
    async def failing(host: str, port: int) -> list[str]:
        raise OSError(errno.EIO, "no answer")

    async with fetcher_for(lookup=failing, lean=way == WAYS[0]) as fetcher:
        error = await failure_of(fetcher, "http://gone.example/", way)
    assert (type(error).__name__, error.code) == ("Transient", "dns")


@pytest.mark.parametrize("way", WAYS)
async def test_the_environment_names_no_proxy_for_probes(
    site: Site, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    async with fetcher_for(site.port, lean=way == WAYS[0]) as fetcher:
        assert (await fetcher.probe(site.url("/film"))).status == 206
