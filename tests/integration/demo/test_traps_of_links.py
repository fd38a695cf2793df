"""The traps between a permanent page and its files do what they are known for."""

import base64
import codecs
import json
import re

import aiohttp
import pytest

from wellspring_demo.domain.catalogue import Source
from wellspring_demo.world import World

from .reader import downloads, episode_page
from .visitor import buttons, fetch, files, token_url


@pytest.fixture
def source(world: World) -> Source:
    return world.mint("Trap", stock=True)


@pytest.fixture
def page(world: World, source: Source) -> str:
    return world.page_url(source)


def hidden(page: str) -> dict[str, str]:
    """What a shim's script hides."""
    found = re.search(r"s\('o','([^']+)'", page)
    assert found is not None
    twice = base64.b64decode(base64.b64decode(found[1])).decode()
    content: dict[str, str] = json.loads(base64.b64decode(codecs.decode(twice, "rot13")))
    return content


async def test_junk_looks_like_a_server_and_leads_nowhere(http: aiohttp.ClientSession, page: str) -> None:
    shown = (await fetch(http, token_url((await fetch(http, page)).text))).text
    targets = re.findall(r'<a class="server btn [^"]*"[^>]* href="([^"]+)"', shown)
    junk = [target for target in targets if ".example.invalid" in target]
    assert (len(targets), len(junk)) == (7, 4)


async def test_two_elements_share_an_id(http: aiohttp.ClientSession, page: str) -> None:
    shown = re.findall(r'<i id="size">([^<]+)</i>', (await fetch(http, page)).text)
    assert len(shown) == 2
    assert [text.endswith("B") for text in shown] == [True, False]


async def test_a_token_may_name_a_host_that_is_gone(
    world: World, http: aiohttp.ClientSession, page: str
) -> None:
    world.state.settings.update({"token_host_dead": True})
    url = token_url((await fetch(http, page)).text)
    assert "example.invalid/vcloud.php" in url
    with pytest.raises(aiohttp.ClientConnectorError):
        await fetch(http, url)
    here = world.site + url[url.index("/vcloud.php") :]
    assert set(buttons((await fetch(http, here)).text)) == {"fsl", "10gbps", "pixel"}


async def test_a_riddle_hides_where_it_leads(
    world: World, http: aiohttp.ClientSession, source: Source, page: str
) -> None:
    shown = await fetch(http, world.state.shim_url(source))
    assert page not in shown.text
    assert base64.b64decode(hidden(shown.text)["o"]).decode() == page
    assert (await fetch(http, world.addresses["shim"] + "/s/nobody")).status == 404


async def test_a_timed_page_tells_after_its_wait_and_not_before(
    world: World, http: aiohttp.ClientSession, source: Source, page: str
) -> None:
    told = hidden((await fetch(http, world.state.shim_url(source, timed=True))).text)
    assert float(told["total_time"]) == 5
    again = told["wp_http1"] + "?re=" + base64.b64encode(told["data"].encode()).decode().replace("=", "%3D")
    early = await fetch(http, again)
    assert (early.status, "reurl" in early.text) == (200, False)
    world.clock.advance(5)
    late = await fetch(http, again)
    assert f'var reurl = "{page}"' in late.text
    assert (await fetch(http, told["wp_http1"] + "?re=bm9ib2R5")).status == 404


@pytest.mark.parametrize("server", ["fsl", "10gbps", "pixel"])
async def test_a_new_link_kills_the_older_one(
    world: World, http: aiohttp.ClientSession, page: str, server: str
) -> None:
    world.state.settings.update({"habits": {server: ["kills_old"]}})
    old, new = await files(http, page), await files(http, page)
    assert (await fetch(http, old[server], Range="bytes=0-9")).status == 509
    assert {name: (await fetch(http, url, Range="bytes=0-9")).status for name, url in new.items()} == {
        "fsl": 206,
        "10gbps": 206,
        "pixel": 206,
    }


@pytest.mark.parametrize("server", ["fsl", "10gbps", "pixel"])
async def test_a_link_is_for_the_address_that_asked(
    world: World, http: aiohttp.ClientSession, page: str, server: str
) -> None:
    world.state.settings.update({"habits": {server: ["ip_bound"]}})
    links = await files(http, page)
    elsewhere = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))
    async with aiohttp.ClientSession(connector=elsewhere) as other:
        statuses = {name: (await fetch(other, url, Range="bytes=0-9")).status for name, url in links.items()}
    assert statuses == {name: 403 if name == server else 206 for name in links}
    assert (await fetch(http, links[server], Range="bytes=0-9")).status == 206


@pytest.mark.parametrize("server", ["fsl", "10gbps", "pixel"])
async def test_a_file_wants_to_know_where_a_visitor_comes_from(
    world: World, http: aiohttp.ClientSession, page: str, server: str
) -> None:
    world.state.settings.update({"habits": {server: ["referer"]}})
    url = (await files(http, page))[server]
    assert (await fetch(http, url, Range="bytes=0-9")).status == 403
    assert (await fetch(http, url, Range="bytes=0-9", Referer="http://else.invalid/")).status == 403
    assert (await fetch(http, url, Range="bytes=0-9", Referer=world.site + "/")).status == 206


async def test_a_download_that_counts_its_links_keeps_the_newest(
    world: World, http: aiohttp.ClientSession
) -> None:
    links: dict[str, str] = {}
    for number in range(1, 20):
        links |= downloads(await episode_page(world, http, number=str(number)))
    old, new = [(await fetch(http, links["acefile"])).headers["Location"] for _ in range(2)]
    assert (await fetch(http, old)).status == 509
    assert (await fetch(http, new, Range="bytes=0-9")).status == 206


async def test_habits_are_known_ones(world: World, http: aiohttp.ClientSession) -> None:
    for wrong in ({"moon": ["kills_old"]}, {"fsl": ["sulks"]}):
        async with http.post(f"{world.control}/settings", json={"habits": wrong}) as answer:
            assert answer.status == 400


async def test_what_is_minted_has_its_shims(world: World, http: aiohttp.ClientSession) -> None:
    wish = {"title": "Shimmed", "episode": 1, "quality": 480, "stock": True}
    async with http.post(f"{world.control}/mint", json=wish) as answer:
        minted = await answer.json()
    riddle = hidden((await fetch(http, minted["shim_url"])).text)
    assert base64.b64decode(riddle["o"]).decode() == minted["url"]
    assert "wp_http1" in hidden((await fetch(http, minted["timed_shim_url"])).text)
