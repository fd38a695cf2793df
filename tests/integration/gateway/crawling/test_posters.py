"""Pictures are fetched once, bounded, from where we may go, and asked for again politely."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from tests.support.serving import serving
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.testing.clock import FrozenClock
from wellspring_gateway.adapters.pictures import FetchedPictures
from wellspring_gateway.adapters.posters import PostgresPosters
from wellspring_gateway.domain.pictures import FRESH_FOR, LARGEST_PICTURE
from wellspring_gateway.sweeps import Sweeps

from .conftest import Library
from .found import NOW

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(40)


@dataclass
class Site:
    """A site with one picture, which counts who asks and how."""

    body: bytes = PNG
    status: int = 200
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """Send the picture, or nothing new to who has it."""
        self.asked.append(dict(request.headers))
        etag = f'"{hashlib.sha256(self.body).hexdigest()[:8]}"'
        if self.status == 200 and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(
            status=self.status,
            body=self.body,
            headers={"ETag": etag, **self.headers},
            content_type="application/octet-stream",
        )


@pytest.fixture
async def site() -> AsyncGenerator[Site]:
    served = Site()
    app = web.Application()
    app.router.add_get("/poster", served.answer)
    async with serving(app) as port:
        served.url = f"http://127.0.0.1:{port}/poster"
        yield served


@dataclass
class Gallery:
    """The pictures of a library with one title."""

    library: Library
    posters: PostgresPosters
    sweeps: Sweeps
    clock: FrozenClock
    title_id: int

    async def row(self) -> dict[str, Any]:
        """Return what is stored of the picture."""
        return (await self.library.rows("select * from catalog.posters"))[0]


@pytest.fixture
async def gallery(library: Library, site: Site) -> AsyncGenerator[Gallery]:
    title_id = await library.admin.fetchval(
        "insert into catalog.titles (kind, title, slug, poster_url) "
        "values ('series', 'A', 'a', $1) returning id",
        site.url,
    )
    await library.admin.execute(
        "insert into catalog.posters (title_id, source_url, next_try_at) values ($1, $2, $3)",
        title_id,
        site.url,
        NOW,
    )
    clock, posters = FrozenClock(NOW), PostgresPosters(library.database)
    allowed = Guard(frozenset({site.url.split("/")[2]}))
    async with Fetcher(allowed) as fetcher:
        sweeps = Sweeps(
            catalogues=library.catalogues, posters=posters, pictures=FetchedPictures(fetcher), clock=clock
        )
        yield Gallery(library, posters, sweeps, clock, title_id)


async def test_a_picture_is_fetched_and_served_by_its_digest(gallery: Gallery, site: Site) -> None:
    assert await gallery.sweeps.posters_once() == 1
    assert await gallery.sweeps.posters_once() == 0
    digest = hashlib.sha256(PNG).hexdigest()
    found = await gallery.posters.get(gallery.title_id, digest[:16])
    assert found is not None
    assert (found.content_type, found.body) == ("image/png", PNG)
    assert await gallery.posters.get(gallery.title_id, "0" * 16) is None
    assert (await gallery.row())["next_try_at"] == NOW + FRESH_FOR


async def test_it_is_asked_for_again_with_its_validator(gallery: Gallery, site: Site) -> None:
    await gallery.sweeps.posters_once()
    gallery.clock.advance(FRESH_FOR)
    assert await gallery.sweeps.posters_once() == 1
    assert "If-None-Match" in site.asked[1]
    first = await gallery.row()
    site.body = WEBP
    gallery.clock.advance(FRESH_FOR)
    await gallery.sweeps.posters_once()
    second = await gallery.row()
    assert (first["content_type"], second["content_type"]) == ("image/png", "image/webp")


async def test_a_failure_keeps_the_picture_and_waits_longer_each_time(gallery: Gallery, site: Site) -> None:
    await gallery.sweeps.posters_once()
    site.status = 500
    waits = []
    for _ in range(3):
        gallery.clock.advance((await gallery.row())["next_try_at"] - gallery.clock.now())
        await gallery.sweeps.posters_once()
        waits.append((await gallery.row())["next_try_at"] - gallery.clock.now())
    assert waits == [timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3)]
    row = await gallery.row()
    assert (row["bytes"], row["failures"]) == (PNG, 3)


async def test_a_host_that_wants_quiet_is_no_failure_of_its_pictures(gallery: Gallery, site: Site) -> None:
    site.status, site.headers = 429, {"Retry-After": "600"}
    for _ in range(3):
        await gallery.sweeps.posters_once()
        row = await gallery.row()
        assert row["failures"] == 0
        assert timedelta(minutes=9) < row["next_try_at"] - gallery.clock.now() <= timedelta(minutes=10)
        gallery.clock.advance(timedelta(minutes=10))


@pytest.mark.parametrize(
    "body",
    [
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"",
        PNG + bytes(LARGEST_PICTURE),
    ],
    ids=["a page", "a drawing that may hold scripts", "nothing", "too large"],
)
async def test_what_is_no_picture_is_not_kept(gallery: Gallery, site: Site, body: bytes) -> None:
    site.body = body
    await gallery.sweeps.posters_once()
    row = await gallery.row()
    assert (row["bytes"], row["failures"]) == (None, 1)
    assert row["last_error"]


async def test_a_picture_in_a_private_network_is_not_asked_for(gallery: Gallery, site: Site) -> None:
    closed = FetchedPictures(Fetcher(Guard()))
    sweeps = Sweeps(
        catalogues=gallery.library.catalogues, posters=gallery.posters, pictures=closed, clock=gallery.clock
    )
    await sweeps.posters_once()
    await closed._fetcher.close()
    assert site.asked == []
    assert (await gallery.row())["failures"] == 1


async def test_two_replicas_fetch_it_once(gallery: Gallery, site: Site) -> None:
    await asyncio.gather(*(gallery.sweeps.posters_once() for _ in range(3)))
    assert len(site.asked) == 1


async def test_a_picture_goes_with_its_title_and_with_its_address(gallery: Gallery) -> None:
    await gallery.sweeps.posters_once()
    assert await gallery.posters.purge(now=NOW) == 0
    await gallery.library.admin.execute("update catalog.titles set poster_url = null")
    assert await gallery.posters.purge(now=NOW) == 1
