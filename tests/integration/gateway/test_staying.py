"""Open streams of people who may not listen any more: they end, on every replica."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest

from .conftest import Start
from .running import Gateway, OwnGateway, Visitor

Asked = tuple[Visitor, str, dict[str, str]]
"""Who asks, for which address, with which headers."""
PATIENCE_S = 20.0
"""A busy machine takes its time: the streams of those who stay show that nothing else ends them."""


@pytest.fixture
async def replicas(start_gateway: Start) -> tuple[OwnGateway, OwnGateway]:
    """Run two gateways over one library."""
    return await start_gateway(), await start_gateway()


class Open:
    """A stream that somebody keeps open."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        assert response.status == 200
        self._ended = asyncio.create_task(self._read(response))

    async def _read(self, response: aiohttp.ClientResponse) -> None:
        while await response.content.readany():
            pass

    async def end(self) -> None:
        """Wait until the gateway ends it."""
        async with asyncio.timeout(PATIENCE_S):
            await self._ended

    @property
    def is_open(self) -> bool:
        """Return whether it still is."""
        return not self._ended.done()

    def leave(self) -> None:
        """Stop listening."""
        self._ended.cancel()


@asynccontextmanager
async def streams(*asked: Asked) -> AsyncGenerator[list[Open]]:
    async with AsyncExitStack() as stack:
        opened = []
        for visitor, url, headers in asked:
            response = await stack.enter_async_context(visitor.session.get(url, headers=headers))
            opened.append(Open(response))
            stack.callback(opened[-1].leave)
        yield opened


def live(gateway: Gateway, what: str) -> str:
    return f"{gateway.url}/api/v1/live?{what}"


async def user_of(admin: Visitor, visitor: Visitor) -> int:
    name = (await visitor.get("/api/v1/account")).json["username"]
    users: list[dict[str, Any]] = (await admin.get("/api/v1/users")).json["users"]
    return next(int(user["id"]) for user in users if user["username"] == name)


@pytest.mark.parametrize("change", [{"disabled": True}, {"role": "viewer"}], ids=["disabled", "role"])
async def test_whoever_loses_their_rights_hears_no_more_on_any_replica(
    replicas: tuple[OwnGateway, OwnGateway], change: dict[str, Any]
) -> None:
    one, two = replicas
    episode = await one.add_episode()
    admin, operator = await one.signed_in("admin"), await one.signed_in("operator")
    asked: list[Asked] = [
        (operator, live(each, what), {}) for each in replicas for what in ("jobs", f"episode={episode}")
    ]
    async with (
        streams(*asked, (admin, live(two, "jobs"), {})) as (*theirs, other),
        operator.session.ws_connect(f"{two.url}/ws") as socket,
    ):
        await socket.receive_json(timeout=PATIENCE_S)
        user = await user_of(admin, operator)
        assert (await admin.send("PATCH", f"/api/v1/users/{user}", change)).status == 200
        await asyncio.gather(*(each.end() for each in theirs))
        while (await socket.receive(timeout=PATIENCE_S)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert socket.close_code == aiohttp.WSCloseCode.POLICY_VIOLATION
        assert other.is_open


async def test_a_revoked_token_hears_no_more_on_any_replica(replicas: tuple[OwnGateway, OwnGateway]) -> None:
    one, two = replicas
    episode = await one.add_episode()
    operator = await one.signed_in("operator")
    made = [
        (await operator.send("POST", "/api/v1/tokens", {"name": name, "scopes": ["read"]})).json
        for name in ("first", "second")
    ]
    program = await two.visitor()
    ways = [{"Authorization": f"Bearer {token['token']}"} for token in made]
    what = f"episode={episode}"
    asked: list[Asked] = [(program, live(each, what), ways[0]) for each in replicas]
    async with streams(*asked, (program, live(two, what), ways[1])) as (here, there, other):
        revoked = await operator.send("DELETE", f"/api/v1/tokens/{made[0]['id']}", None)
        assert revoked.status == 204
        await asyncio.gather(here.end(), there.end())
        assert other.is_open


async def test_strangers_hear_no_more_once_only_members_may(
    replicas: tuple[OwnGateway, OwnGateway],
) -> None:
    one, two = replicas
    episode = await one.add_episode()
    admin, stranger = await one.signed_in("admin"), await two.visitor()
    what = f"episode={episode}"
    asked: list[Asked] = [(stranger, live(each, what), {}) for each in replicas]
    async with streams(*asked, (admin, live(two, what), {})) as (here, there, other):
        assert (await admin.send("PATCH", "/api/v1/settings", {"viewing": "members"})).status == 200
        await asyncio.gather(here.end(), there.end())
        assert other.is_open
