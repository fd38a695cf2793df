"""A sweep over real links on a real server."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from aiohttp import web

from tests.integration.health.shelf import Shelf
from tests.support.serving import serving
from wellspring_common.events.links import LinksDied
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.tunables_watch import TunablesWatch
from wellspring_health.adapters.prober import FetchProber
from wellspring_health.settings import HealthSettings
from wellspring_health.sweeps.checks import Sweeps
from wellspring_health.sweeps.looking import Looker

FILM = b"\x00\x00\x00\x20ftypisom" + bytes(200_000)
PAGE = "<!doctype html><html><body>This file was removed.</body></html>" + "x" * 100_000


class Host:
    """A file server whose answer can be changed. `asked` counts the requests."""

    def __init__(self) -> None:
        self.port = 0
        self.answer = "film"
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v/1"

    async def serve(self, request: web.Request) -> web.Response:
        self.asked.append(request.method)
        match self.answer:
            case "film":
                first = FILM[: 64 * 1024]
                whole = f"bytes 0-{len(first) - 1}/{len(FILM)}"
                headers = {"Content-Range": whole, "Accept-Ranges": "bytes"}
                return web.Response(status=206, body=first, headers=headers, content_type="video/mp4")
            case "page":
                return web.Response(text=PAGE, content_type="text/html")
            case "busy":
                return web.Response(status=503, headers={"Retry-After": "1"})
            case status:
                return web.Response(status=int(status))


@pytest.fixture
async def host() -> AsyncGenerator[Host]:
    held = Host()
    app = web.Application()
    app.router.add_route("*", "/v/{name:.+}", held.serve)
    async with serving(app) as held.port:
        yield held


class EmptyBucket:
    """Nobody changed a setting yet."""

    async def get(self, key: str) -> bytes | None:
        return None


async def sweep(shelf: Shelf, host: Host, answer: str) -> None:
    """Let everything fall due, and sweep once with a fresh fetcher: yesterday's pauses are over."""
    host.answer = answer
    async with Fetcher(Guard(frozenset({f"127.0.0.1:{host.port}"}))) as fetcher:
        sweeps = Sweeps(
            store=shelf.store,
            looker=Looker(FetchProber(fetcher), shelf.clock, 16),
            tunables=TunablesWatch(MemoryBus(), EmptyBucket(), keep_in=None),
            clock=shelf.clock,
            settings=HealthSettings(),
        )
        assert await sweeps.sweep_once() == 1
        assert await sweeps.sweep_once() == 0
    shelf.clock.advance(timedelta(days=2))


async def state_after(shelf: Shelf, host: Host, *answers: str) -> str:
    ref = await shelf.add(url=host.url)
    await shelf.learn(ref)
    for answer in answers:
        await sweep(shelf, host, answer)
    return str((await shelf.health(ref))["state"])


async def test_a_film_is_alive_after_one_request(shelf: Shelf, host: Host) -> None:
    assert await state_after(shelf, host, "film") == "alive"
    assert host.asked == ["GET"]


async def test_404_is_death_when_seen_twice(shelf: Shelf, host: Host) -> None:
    assert await state_after(shelf, host, "film", "404") == "suspect"
    await sweep(shelf, host, "404")
    (died,) = await shelf.told()
    assert isinstance(died, LinksDied)
    assert died.reason == "not_found"


async def test_410_is_death_at_once(shelf: Shelf, host: Host) -> None:
    assert await state_after(shelf, host, "410") == "dead"


async def test_a_page_in_place_of_a_film_is_suspect_and_then_dead(shelf: Shelf, host: Host) -> None:
    assert await state_after(shelf, host, "film", "page") == "suspect"
    await sweep(shelf, host, "page")
    (died,) = await shelf.told()
    assert isinstance(died, LinksDied)
    assert died.reason == "html_body"


@pytest.mark.parametrize("answer", ["busy", "429"])
async def test_a_host_that_throttles_never_kills_a_link(shelf: Shelf, host: Host, answer: str) -> None:
    assert await state_after(shelf, host, "film", answer, answer, answer) == "suspect"
    assert await shelf.told() == []


@pytest.mark.parametrize(("answer", "times"), [("503", 5), ("500", 5)])
async def test_a_host_that_refuses_kills_a_link_by_the_number_of_its_class(
    shelf: Shelf, host: Host, answer: str, times: int
) -> None:
    assert await state_after(shelf, host, "film", *[answer] * (times - 1)) == "suspect"
    assert await shelf.told() == []
    await sweep(shelf, host, answer)
    (died,) = await shelf.told()
    assert isinstance(died, LinksDied)
    assert died.links[0].ok_at is not None


async def test_a_refusal_of_the_only_link_of_a_host_never_kills_it(shelf: Shelf, host: Host) -> None:
    """It may be our address that is refused: the viewer has another."""
    assert await state_after(shelf, host, "film", *["403"] * 8) == "suspect"
    assert await shelf.told() == []


async def test_a_refusal_kills_when_the_host_serves_another_link_meanwhile(shelf: Shelf, host: Host) -> None:
    assert await state_after(shelf, host, "film", "403", "403", "403") == "suspect"
    other = await shelf.add("other", url=f"{host.url}/other")
    assert await shelf.learn(other) == 1
    sql = "update health.link_health set next_check_at = {} where link_id {} $1"
    await shelf.admin.execute(sql.format("'infinity'", "<>"), other.link_id)
    await sweep(shelf, host, "film")
    await shelf.admin.execute(sql.format("'epoch'", "<>"), other.link_id)
    await shelf.admin.execute(sql.format("'infinity'", "="), other.link_id)
    await sweep(shelf, host, "403")
    (died,) = await shelf.told()
    assert isinstance(died, LinksDied)
    assert (died.reason, died.links[0].server) == ("forbidden", "pixel")


async def test_a_host_that_is_gone_never_kills_a_link(shelf: Shelf, host: Host) -> None:
    ref = await shelf.add(url="http://127.0.0.1:1/v/1")
    await shelf.learn(ref)
    host.port = 1
    for _ in range(3):
        await sweep(shelf, host, "film")
    held = await shelf.health(ref)
    assert (held["state"], await shelf.told()) == ("suspect", [])


async def test_a_link_that_works_again_is_alive_again(shelf: Shelf, host: Host) -> None:
    assert await state_after(shelf, host, "410", "film") == "dead"
    await sweep(shelf, host, "film")
    assert [event.subject for event in await shelf.told()] == ["links.died", "links.revived"]


async def test_an_address_of_our_own_network_is_never_asked(shelf: Shelf, host: Host) -> None:
    """A link comes from a page that anybody may write: the probe goes through the guarded fetcher."""
    ref = await shelf.add(url=host.url)
    await shelf.learn(ref)
    async with Fetcher(Guard(frozenset())) as fetcher:
        (due,) = await shelf.claim()
        evidence = await FetchProber(fetcher).probe(due, deadline_s=5)
    assert evidence.reason is not None
    assert host.asked == []
