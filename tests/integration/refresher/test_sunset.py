"""What a server's headers say of an expiry, from its answer over the wire to what is stored of the link."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from tests.integration.common.library import add_episode
from tests.integration.fetch.servers import FILM, WAYS, fetcher_for
from tests.integration.refresher.rig import Rig
from tests.support.serving import serving
from tests.unit.scraper.fakes import Broker, MemoryBus, delivery_of, request_for
from wellspring_common.events.scrape import LinksScraped, SourceRef
from wellspring_common.fetch.guard import Guard
from wellspring_common.ids import uuid7
from wellspring_common.testing.kv import MemoryValues
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.ladder import Habits, Ladder
from wellspring_scraper.adapters.resolver import ResolverRung
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.handlers import Handlers

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TTL_S = 4 * 3600
_STORED = """
select expires_at, expiry_basis, expiry_evidence from links.links where episode_id = $1
"""


class Host:
    """A host of one film, whose answers carry the headers that a test gives."""

    def __init__(self) -> None:
        self.port, self.said, self.asked = 0, dict[str, str](), 0

    async def film(self, request: web.Request) -> web.Response:
        self.asked += 1
        assert request.headers["Range"] == "bytes=0-511"
        headers = {"Content-Range": f"bytes 0-511/{len(FILM)}", **self.said}
        return web.Response(status=206, body=FILM[:512], content_type="video/mp4", headers=headers)


@pytest.fixture
async def host() -> AsyncGenerator[Host]:
    host, app = Host(), web.Application()
    app.add_routes([web.get("/film.mp4", host.film)])
    async with serving(app) as host.port:
        yield host


async def stored(
    rig: Rig, host: Host, said: dict[str, str], *, way: str = WAYS[0], query: str = ""
) -> tuple[datetime, str, str]:
    """Return what is known of a link's expiry after a scrape of a host that says so."""
    host.said, host.asked = said, 0
    episode = await add_episode(rig.admin)
    async with fetcher_for(host.port, lean=way == WAYS[0]) as fetcher:
        static = StaticRung(
            fetcher=fetcher, find=DefinitionFiles().find, clock=rig.clock, ttl_s=lambda: TTL_S
        )
        unneeded = ResolverRung(static, Guard(frozenset()), asyncio.Semaphore(1), wall_s=1.0)
        ladder = Ladder(static, unneeded, None, Habits(MemoryValues(), rig.clock), at_least=lambda: 1)
        bus = MemoryBus()
        handlers = Handlers(bus, ladder, rig.clock, 60.0, next_rung=ladder)
        url = f"http://127.0.0.1:{host.port}/film.mp4{query}"
        source = SourceRef(source_id=episode.source_ids[0], quality=480, url=url, definition="direct")
        await asyncio.wait_for(
            handlers.on_scrape_requested(delivery_of(request_for(source), Broker())), timeout=30
        )
    found = bus.published[-1][0]
    assert isinstance(found, LinksScraped), found
    job = {"job_id": uuid7(), "episode_id": episode.episode_id}
    await rig.say(found.model_copy(update=job))
    assert host.asked == 1
    row = await rig.admin.fetchrow(_STORED, episode.episode_id)
    return tuple(row)


@pytest.mark.parametrize("way", WAYS)
async def test_a_sunset_is_stored_as_the_server_s_word(rig: Rig, host: Host, way: str) -> None:
    at = rig.now + 2 * HOUR
    said = {"Sunset": format_datetime(at, usegmt=True)}
    assert await stored(rig, host, said, way=way) == (at, "issued_at", "Sunset header")


async def test_the_earlier_of_a_sunset_and_a_parameter_is_stored(rig: Rig, host: Host) -> None:
    said = {"Sunset": format_datetime(rig.now + 2 * HOUR, usegmt=True)}
    for hours, basis, evidence in ((1, "parameter", "exp"), (3, "issued_at", "Sunset header")):
        at = rig.now + hours * HOUR
        found = await stored(rig, host, said, query=f"?exp={int(at.timestamp())}")
        assert found == (min(at, rig.now + 2 * HOUR), basis, evidence)


@pytest.mark.parametrize("way", WAYS)
async def test_what_speaks_of_caches_and_of_cookies_is_no_expiry(rig: Rig, host: Host, way: str) -> None:
    soon, day = format_datetime(rig.now + HOUR, usegmt=True), format_datetime(rig.now + DAY, usegmt=True)
    guess = (rig.now + timedelta(seconds=TTL_S), "default", "default")
    for said in (
        {"Expires": soon},
        {"Cache-Control": "max-age=3600", "Age": "60", "Date": soon},
        {"Set-Cookie": f"token=1; Expires={soon}"},
        {"Last-Modified": day},
        {"Retry-After": "3600"},
        {"Deprecation": f"@{int(rig.now.timestamp())}", "Link": '</gone>; rel="sunset"'},
        {"X-Sunset": soon},
    ):
        assert await stored(rig, host, said, way=way) == guess, said


@pytest.mark.parametrize("way", WAYS)
async def test_a_sunset_that_cannot_be_is_no_expiry(rig: Rig, host: Host, way: str) -> None:
    guess = (rig.now + timedelta(seconds=TTL_S), "default", "default")
    past, far = rig.now - HOUR, rig.now + 4000 * DAY
    for said in (
        format_datetime(past, usegmt=True),
        format_datetime(far, usegmt=True),
        "tomorrow",
        str(int((rig.now + HOUR).timestamp())),
        "",
    ):
        assert await stored(rig, host, {"Sunset": said}, way=way) == guess, said
