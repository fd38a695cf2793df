"""Files that pass through the gateway: what crosses, for whom, how many, and what never does."""

import asyncio

import aiohttp
import pytest

from tests.support.gateway import eventually

from .conftest import Cinema, Got
from .films import FILM, REFERER

GUARDED = {"headers": {"Referer": REFERER}}


async def guarded(cinema: Cinema) -> str:
    """Store a link that a redirect cannot carry, and return its address."""
    await cinema.add(720, "vidhide", "guarded/film.mp4", **GUARDED)
    return f"/w/{cinema.episode}/720/film.mp4"


async def relayed(cinema: Cinema, path: str, **changes: object) -> str:
    """Store a link and return where a page gets it through us."""
    link = await cinema.add(720, "vidhide", path, **changes)
    return f"/relay/{cinema.episode}/{link}.1/play.mp4"


async def test_a_link_that_needs_headers_comes_through_us_whole_and_in_parts(cinema: Cinema) -> None:
    path = await guarded(cinema)
    whole = await cinema.open()
    assert (whole.status, whole.body) == (206, FILM)
    size = len(FILM)
    part = await cinema.get(path, Range="bytes=2000-400000")
    assert (part.status, part.body) == (206, FILM[2000:])
    assert part.headers["Content-Range"] == f"bytes 2000-{size - 1}/{size}"
    assert (part.headers["Content-Type"], part.headers["Accept-Ranges"]) == ("video/mp4", "bytes")
    head = await cinema.get(path, method="HEAD")
    assert (head.status, head.headers["Content-Length"], head.body) == (200, str(size), b"")
    beyond = await cinema.get(path, Range=f"bytes={size + 5}-")
    assert (beyond.status, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")
    assert (await cinema.get(path, method="POST")).status == 405


async def test_a_host_that_refuses_head_is_asked_for_a_byte(cinema: Cinema) -> None:
    path = await guarded(cinema)
    cinema.films.refuses_head = True
    head = await cinema.get(path, method="HEAD")
    assert (head.status, head.headers["Content-Length"]) == (200, str(len(FILM)))
    assert cinema.films.asked[-1][2] == "bytes=0-0"


async def test_beyond_the_own_network_only_servers_that_are_switched_on_come_through(cinema: Cinema) -> None:
    page = await relayed(cinema, "guarded/film.mp4", **GUARDED)
    path, outside = f"/w/{cinema.episode}/720/film.mp4", {"X_Forwarded_For": "203.0.113.9"}
    await cinema.tune(address_wait_seconds=0)
    assert (await cinema.get(path, **outside)).status == 503
    refused = await cinema.get(page, **outside)
    assert (refused.status, b"relay_off" in refused.body) == (403, True)
    await cinema.tune(relay_servers=["vidhide"])
    assert (await cinema.get(page, **outside)).body == FILM
    await cinema.tune(relay_servers=[], relay_at_home=False)
    assert (await cinema.get(page)).status == 403


async def test_a_page_learns_which_links_come_through_us(cinema: Cinema) -> None:
    plain = await cinema.add(1080, "pixel", "1080.mp4")
    bound = await cinema.add(720, "odstream", "720.mp4", refresh_class="ip_bound")
    await cinema.add(480, "other", "480.mkv", container="mkv")
    path = f"/api/v1/episodes/{cinema.episode}/live-state"
    visitor = await cinema.gateway.visitor()
    links = {link["quality"]: link for link in (await visitor.get(path)).json["links"]}
    ways = {key: (link["playable"], link["via"], link["play_url"]) for key, link in links.items()}
    assert ways == {
        1080: (True, "direct", links[1080]["url"]),
        720: (True, "relay", f"/relay/{cinema.episode}/{bound}.1/play.mp4"),
        480: (False, None, None),
    }
    assert links[1080]["id"] == plain
    assert (await cinema.get(ways[720][2])).body == FILM
    outside = await visitor.get(path, headers={"X-Forwarded-For": "203.0.113.9"})
    (far,) = [link for link in outside.json["links"] if link["quality"] == 720]
    assert (far["playable"], far["via"], far["play_url"]) == (False, None, None)


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:1/", "http://169.254.169.254/latest", "ftp://a.example/"]
)
async def test_a_redirect_to_a_private_address_is_not_followed(cinema: Cinema, target: str) -> None:
    cinema.films.private_target = target
    answer = await cinema.get(await relayed(cinema, "away.mp4"))
    assert (answer.status, b"link_broken" in answer.body) == (502, True)
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_link_to_a_private_address_is_neither_relayed_nor_redirected_to(cinema: Cinema) -> None:
    page = await relayed(cinema, "http://10.1.2.3/film.mp4")
    assert (await cinema.get(page)).status == 502
    await cinema.tune(address_wait_seconds=0)
    assert (await cinema.open()).status == 503
    scan = await cinema.get(f"/w/{cinema.episode}/720/film.mp4", method="HEAD")
    assert "Location" not in scan.headers


async def test_what_comes_through_us_is_never_a_page_of_ours(cinema: Cinema) -> None:
    answer = await cinema.get(await relayed(cinema, "page.mp4"))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "video/mp4")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_replaced_link_is_gone(cinema: Cinema) -> None:
    page = await relayed(cinema, "a.mp4")
    await cinema.gateway.sql.execute("update links.links set generation = 2")
    assert (await cinema.get(page)).status == 404
    assert (await cinema.get(page.replace(".1/", ".2/"))).body == FILM


async def test_a_file_that_breaks_off_ends_the_connection_and_is_told(cinema: Cinema) -> None:
    await cinema.add(720, "vidhide", "short.mp4", **GUARDED)
    with pytest.raises(aiohttp.ClientPayloadError):
        await cinema.open()
    told = await eventually(lambda: cinema.gateway.told("playback.failed"), bool)
    assert (told[0]["server"], told[0]["reason"], told[0]["surface"]) == ("vidhide", "network", "address")


async def test_only_so_many_files_pass_through_at_once(cinema: Cinema) -> None:
    page = await relayed(cinema, "endless.mp4")
    await cinema.tune(relays_at_once=2, relays_per_client=2)

    def get() -> "aiohttp.client._RequestContextManager":
        return cinema.player.get(f"{cinema.gateway.url}{page}")

    first, second, third = await get(), await get(), await get()
    assert [answer.status for answer in (first, second, third)] == [200, 200, 503]
    assert third.headers["Retry-After"] == "5"
    first.close()
    freed = await eventually(get, lambda got: got.status == 200)
    for answer in (second, freed):
        answer.close()


async def test_who_takes_nothing_is_let_go(cinema: Cinema) -> None:
    page = await relayed(cinema, "endless.mp4")
    other = await cinema.add(480, "pixel", "film.mp4")
    await cinema.tune(relays_at_once=1)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(cinema.gateway.url.rpartition(":")[2]))
    writer.write(f"GET {page} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")

    async def freed() -> Got:
        return await cinema.get(f"/relay/{cinema.episode}/{other}.1/play.mp4")

    assert (await freed()).status == 503
    assert (await eventually(freed, lambda got: got.status == 200)).body == FILM
    writer.close()


async def test_a_byte_rate_is_kept(cinema: Cinema) -> None:
    page = await relayed(cinema, "film.mp4")
    await cinema.tune(relay_rate_kib=200)

    began = asyncio.get_running_loop().time()
    assert (await cinema.get(page)).body == FILM
    assert 1 < asyncio.get_running_loop().time() - began < 8
