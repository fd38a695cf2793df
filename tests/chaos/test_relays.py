"""A film that comes through a gateway which is killed goes on at another one, and its bytes are whole."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial

import pytest

from tests.chaos.claim import Claim
from tests.chaos.player import OTHER, PARTIAL, PIECE, Player, Way, second_gateway
from tests.chaos.storm import killed
from tests.chaos.test_cleaning import as_service
from tests.support.gateway import Operator, eventually
from tests.support.running import Running
from wellspring_common.tunables import Tunables

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

RATE_KIB = 8
"""So slow that kills come in the middle of a film."""
MINIMUM = 2
"""Servers that an episode should have: fewer than what one of one quality is taken to need by itself."""
QUALITY = 1080
SERVERS = 3
HLS = "/w/2y84q2MQUMWPbiEcxNX002"
"""A film that the demo's video platform has as HLS only."""
_FOUND = "select count(*) from links.links where episode_id = $1"
_BIND = "update links.links set refresh_class = 'ip_bound' where episode_id = $1"

Tell = Callable[[object], None]


@asynccontextmanager
async def slow_relays(running: Running, episode_id: int, *others: str) -> AsyncGenerator[None]:
    """Let films pass so slowly that a kill comes in the middle of one, at every replica.

    That they go by it is seen by another setting, of the episode's page, that changes with it.
    """
    usual = Tunables()
    await running.operator.change_settings(relay_rate_kib=RATE_KIB, min_servers_per_episode=MINIMUM)
    try:
        for url in (running.url, *others):
            await eventually(
                partial(Operator(running.operator.session, url).state, episode_id),
                lambda state: state["server_info"]["minimum"] == MINIMUM,
            )
        yield
    finally:
        await running.operator.change_settings(
            relay_rate_kib=0, min_servers_per_episode=usual.min_servers_per_episode
        )


async def film(running: Running, name: str) -> tuple[int, str]:
    """Return the id and the permanent address of an episode whose links no redirect can carry."""
    pages = await running.demo.mint(name, 1, (QUALITY,))
    episode_id = await running.operator.add_episode(name, 1, pages)
    await running.operator.force_scrape(episode_id)
    async with as_service(running.stack, "refresher") as connection:
        await eventually(lambda: connection.fetchval(_FOUND, episode_id), lambda count: count >= SERVERS)
        await connection.execute(_BIND, episode_id)
    path = f"/w/{episode_id}/{QUALITY}/film.mp4"

    async def opened() -> int:
        async with running.operator.session.get(
            f"{running.url}{path}", headers={"Range": "bytes=0-"}, allow_redirects=False
        ) as response:
            return response.status

    await eventually(opened, lambda status: status == PARTIAL)
    return episode_id, path


async def whole_of(running: Running, path: str) -> bytes:
    """Return a file as it is when nobody is killed."""
    return await Player(running.operator.session, [running.url]).play(path)


async def get_on(player: Player) -> None:
    """Wait until a player has got some more."""
    wanted = len(player.got) + PIECE
    await eventually(lambda: asyncio.sleep(0, len(player.got)), lambda size: size >= wanted)


async def cut(player: Player, cuts: int) -> None:
    """Wait until a player was cut off so many times."""
    await eventually(lambda: asyncio.sleep(0, player.cuts), lambda count: count >= cuts)


async def killed_under(running: Running, *players: Player) -> None:
    """Kill the gateway while players get their films through it, and let them go on as fast as they can."""
    await asyncio.gather(*map(get_on, players))
    await killed(running.stack, "gateway")
    await asyncio.gather(*(cut(player, 1) for player in players))
    await running.operator.change_settings(relay_rate_kib=0)
    for player in players:
        player.paused = False


def books(whole: bytes, player: Player, *, kills: int) -> Claim:
    """Return what became of bytes: each that was asked for has to be there, once and in its place."""
    got, size = bytes(player.got), len(whole)
    same = sum(mine == right for mine, right in zip(got, whole, strict=False))
    lost, more = max(0, size - len(got)), max(0, len(got) - size)
    wrong = ("other bytes",) if got != whole else ()
    return Claim(size, same, lost, more, kills, player.cuts, why=wrong)


async def test_a_film_goes_on_at_another_gateway_where_the_first_was_killed(
    running: Running, tell: Tell
) -> None:
    session = running.operator.session
    episode_id, path = await film(running, "Relayed Despite A Kill")
    whole = await whole_of(running, path)
    async with second_gateway(running) as other, slow_relays(running, episode_id, other):
        players = {way: Player(session, [running.url, other], way, paused=True) for way in Way}
        async with asyncio.TaskGroup() as group:
            for player in players.values():
                group.create_task(player.play(path))
            await killed_under(running, *players.values())
    claim = books(whole, players[Way.GOES_ON], kills=1)
    tell(claim)
    assert (claim.why, claim.lost, claim.twice, players[Way.GOES_ON].cuts) == ((), 0, 0, 1)
    assert claim.committed == claim.effects == len(whole)
    # the ledger's own controls: players that do with a cut what they must not do
    assert books(whole, players[Way.GIVES_UP], kills=1).lost > 0
    assert books(whole, players[Way.BEGINS_ANEW], kills=1).twice > 0


async def test_a_film_outlives_both_gateways_in_turn_and_minds_neither_broker_nor_database(
    running: Running, tell: Tell
) -> None:
    session = running.operator.session
    episode_id, path = await film(running, "Relayed Despite Everybody")
    whole = await whole_of(running, path)
    async with second_gateway(running) as other, slow_relays(running, episode_id, other):
        player = Player(session, [running.url, other])
        async with asyncio.TaskGroup() as group:
            group.create_task(player.play(path))
            for victim in ("nats", "postgres"):
                await get_on(player)
                running.stack.kill(victim)
            await get_on(player)
            assert player.cuts == 0, "a film that flows needs neither broker nor database"
            for cuts, victim in enumerate(("gateway", OTHER), 1):
                await get_on(player)
                running.stack.kill(victim)
                await cut(player, cuts)
        await running.stack.wait_ready("nats", "postgres", "gateway", OTHER)
    claim = books(whole, player, kills=4)
    tell(claim)
    assert (claim.why, claim.lost, claim.twice) == ((), 0, 0)


async def test_a_part_of_a_stream_that_one_gateway_sealed_goes_on_at_another(
    running: Running, tell: Tell
) -> None:
    pages = {720: f"{running.stack.demo['peertube']}{HLS}"}
    episode_id = await running.operator.add_episode(
        "Streamed Despite A Kill", 1, pages, definition="peertube"
    )
    await running.operator.force_scrape(episode_id)
    state = await running.operator.links(episode_id, at_least=1)
    path = next(link["play_url"] for link in state["links"] if link["container"] == "hls")
    while not path.endswith(".mp4"):
        path = await first_of(running, path)
    whole = await whole_of(running, path)
    async with second_gateway(running) as other, slow_relays(running, episode_id, other):
        player = Player(running.operator.session, [running.url, other], paused=True)
        async with asyncio.TaskGroup() as group:
            group.create_task(player.play(path))
            await killed_under(running, player)
    claim = books(whole, player, kills=1)
    tell(claim)
    assert (claim.why, claim.lost, claim.twice, player.cuts) == ((), 0, 0, 1)


async def first_of(running: Running, path: str) -> str:
    """Return the path of the first part that a playlist leads to."""
    async with running.operator.session.get(f"{running.url}{path}") as response:
        text = await response.text()
        assert response.status == 200, text
    found = re.search(rf"{re.escape(running.url)}(/part/[^\s\"]+)", text)
    assert found is not None, text
    return found[1]
