"""The traps of the anime catalogue do what they are known for."""

import json

import aiohttp
import pytest

from wellspring_demo.world import World

from .reader import actions, episode_page, file_of, frame_of, mirrors, nonce, player, post, read
from .visitor import fetch


async def test_a_nonce_is_good_for_one_exchange(world: World, http: aiohttp.ClientSession) -> None:
    page = await episode_page(world, http)
    form = {**mirrors(page)[0][1], "action": actions(page)[1], "nonce": await nonce(world, http, page)}
    assert (await post(world, http, form))[0] == 200
    assert await post(world, http, form) == (403, "-1")


async def test_an_old_nonce_is_refused(world: World, http: aiohttp.ClientSession) -> None:
    page = await episode_page(world, http)
    form = {**mirrors(page)[0][1], "nonce": await nonce(world, http, page)}
    world.clock.advance(601)
    fresh = actions(await episode_page(world, http))
    assert await post(world, http, {**form, "action": fresh[1]}) == (403, "-1")


async def test_actions_change_their_names(world: World, http: aiohttp.ClientSession) -> None:
    page = await episode_page(world, http)
    async with http.post(f"{world.control}/anime/rotate") as told:
        assert told.status == 204
    assert await post(world, http, {"action": actions(page)[0]}) == (400, "0")
    after = await episode_page(world, http)
    assert set(actions(after)).isdisjoint(actions(page))
    assert "nonce" not in (await post(world, http, {"action": actions(after)[0]}))[1]


async def test_an_exchange_wants_a_form(world: World, http: aiohttp.ClientSession) -> None:
    page = await episode_page(world, http)
    url = f"{world.addresses['anime']}/wp-admin/admin-ajax.php"
    async with http.post(url, json={"action": actions(page)[0]}) as answer:
        assert (answer.status, await answer.text()) == (400, "0")


async def test_a_mirror_that_is_not_there_has_no_player(world: World, http: aiohttp.ClientSession) -> None:
    page = await episode_page(world, http)
    form = {**mirrors(page)[0][1], "action": actions(page)[1], "nonce": await nonce(world, http, page)}
    status, body = await post(world, http, {**form, "i": 9})
    assert (status, json.loads(body)) == (200, {"data": False})


@pytest.mark.parametrize("name", ["vidhide", "odstream"])
async def test_some_players_files_are_not_for_everybody(
    world: World, http: aiohttp.ClientSession, name: str
) -> None:
    page, mirror = await _with(world, http, name)
    url = await player(world, http, page, mirror)
    shown = await fetch(http, url)
    if name == "odstream":
        shown = await fetch(http, frame_of(shown.text))
    link = file_of(shown.text)
    if name == "vidhide":
        assert (await fetch(http, link, Range="bytes=0-9")).status == 403
    elsewhere = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))
    async with aiohttp.ClientSession(connector=elsewhere) as other:
        answer = await fetch(other, link, Range="bytes=0-9", Referer=url)
    assert answer.status == (403 if name == "odstream" else 206)


async def test_links_of_the_file_host_wear_out(world: World, http: aiohttp.ClientSession) -> None:
    page = await episode_page(world, http)
    link = file_of((await fetch(http, frame_of(page))).text)
    assert (await fetch(http, link + "0")).status == 403
    assert (await fetch(http, link, Range="bytes=0-9")).status == 206
    world.clock.advance(14_401)
    assert (await fetch(http, link)).status == 410


async def test_a_series_in_one_file_lists_no_episode(world: World, http: aiohttp.ClientSession) -> None:
    page = (await read(world, http, f"/anime/{world.anime.specimen('batch_only').slug}/")).text
    assert "/batch/" in page
    assert "/episode/" not in page


async def test_a_separator_looks_like_an_episode_and_is_none(
    world: World, http: aiohttp.ClientSession
) -> None:
    page = (await read(world, http, f"/anime/{world.anime.specimen('separated').slug}/")).text
    assert '/episode/pembatas-episode/">' in page
    assert (await read(world, http, "/episode/pembatas-episode/")).status == 404


async def test_a_series_starts_at_episode_nought(world: World, http: aiohttp.ClientSession) -> None:
    page = (await read(world, http, f"/anime/{world.anime.specimen('from_zero').slug}/")).text
    assert "Episode 0 Subtitle Indonesia" in page
    assert await episode_page(world, http, "from_zero", "0")


async def _with(world: World, http: aiohttp.ClientSession, name: str) -> tuple[str, dict[str, object]]:
    for number in range(1, 20):
        page = await episode_page(world, http, number=str(number))
        for found, mirror in mirrors(page):
            if found == name:
                return page, mirror
    raise AssertionError(f"no {name} among twenty episodes")
