"""Reads the anime catalogue as a browser would, knowing nothing but its HTML."""

import base64
import json
import re
from html import unescape

import aiohttp

from wellspring_demo.world import World

from .visitor import Answer, fetch

MIRROR = re.compile(r'data-content="([^"]+)"(?: data-default="true")?>([a-z]+)<')


async def read(world: World, http: aiohttp.ClientSession, path: str, **headers: str) -> Answer:
    """One page of the catalogue."""
    return await fetch(http, world.addresses["anime"] + path, **headers)


async def episode_page(
    world: World, http: aiohttp.ClientSession, habit: str = "long", number: str = "1"
) -> str:
    """The page of an episode of one of the specimens."""
    stem = world.anime.specimen(habit).stem
    answer = await read(world, http, f"/episode/{stem}-episode-{number}-sub-indo/")
    assert answer.status == 200
    return answer.text


def actions(page: str) -> tuple[str, str]:
    """The two actions in the script of an episode's page: for a nonce, and for a player."""
    asks = re.search(r'\{action:"([0-9a-f]{32})"\}', page)
    shows = re.search(r'nonce,action:"([0-9a-f]{32})"', page)
    assert asks is not None
    assert shows is not None
    return asks[1], shows[1]


def mirrors(page: str) -> list[tuple[str, dict[str, object]]]:
    """Every mirror of an episode's page: its name, and what it sends."""
    return [(name, json.loads(base64.b64decode(content))) for content, name in MIRROR.findall(page)]


async def post(
    world: World, http: aiohttp.ClientSession, form: dict[str, object], kind: str | None = None
) -> tuple[int, str]:
    """One post to the exchange: status and body."""
    headers = {"Content-Type": kind} if kind else {}
    url = f"{world.addresses['anime']}/wp-admin/admin-ajax.php"
    async with http.post(url, data=form, headers=headers) as response:
        return response.status, await response.text()


async def nonce(world: World, http: aiohttp.ClientSession, page: str) -> str:
    """A fresh nonce."""
    _, body = await post(world, http, {"action": actions(page)[0]})
    return str(json.loads(body)["data"])


async def player(world: World, http: aiohttp.ClientSession, page: str, mirror: dict[str, object]) -> str:
    """From a mirror to the address of its player."""
    form = {**mirror, "nonce": await nonce(world, http, page), "action": actions(page)[1]}
    status, body = await post(world, http, form)
    assert status == 200
    frame = base64.b64decode(json.loads(body)["data"]).decode()
    return frame_of(frame)


def frame_of(page: str) -> str:
    """The address in a page's first frame."""
    found = re.search(r'<iframe src="([^"]+)"', page)
    assert found is not None
    return unescape(found[1])


def file_of(page: str) -> str:
    """The address of the file that a player's page holds, whatever way it has to say it."""
    found = re.search(r'"?file"?: ?"([^"]+)"|<source src="([^"]+)"', page)
    assert found is not None
    return unescape(found[1] or found[2])


def downloads(page: str) -> dict[str, str]:
    """One address of every provider of an episode's page."""
    return {
        name.lower(): unescape(url)
        for url, name in re.findall(r'<a href="([^"]+/\?id=[^"]+)"[^>]*>(\w+)<', page)
    }
