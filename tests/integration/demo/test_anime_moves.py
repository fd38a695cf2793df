"""The anime catalogue moves to another address as such catalogues do."""

import aiohttp
import pytest

from wellspring_demo.world import World

from .reader import read
from .visitor import fetch


async def test_a_redirect_leads_every_page_to_the_second_address(
    world: World, http: aiohttp.ClientSession
) -> None:
    await world.move("redirect")
    for path in ("/ongoing-anime/page/2/", "/?s=kujira&post_type=anime"):
        answer = await read(world, http, path)
        assert (answer.status, answer.headers["Location"]) == (301, world.addresses["anime2"] + path)
        there = await fetch(http, answer.headers["Location"])
        assert there.status == 200
        assert world.addresses["anime"] not in there.text


async def test_a_host_that_is_gone_refuses_even_those_who_were_there(
    world: World, http: aiohttp.ClientSession
) -> None:
    assert (await read(world, http, "/")).status == 200
    async with http.post(f"{world.control}/anime/move", json={"how": "gone"}) as told:
        assert told.status == 204
    for _ in range(2):
        with pytest.raises(aiohttp.ClientConnectionError):
            await read(world, http, "/")
    assert (await fetch(http, world.addresses["anime2"] + "/anime-list/")).status == 200
    await world.move("back")
    assert (await read(world, http, "/")).status == 200


async def test_it_moves_in_known_ways_only(world: World, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{world.control}/anime/move", json={"how": "by sea"}) as told:
        assert told.status == 400
