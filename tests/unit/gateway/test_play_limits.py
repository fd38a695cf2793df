"""How many beacons are taken, from one client and from all of them."""

import json
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from starlette.requests import Request

from wellspring_gateway.domain.plays import Play, RateLimit
from wellspring_gateway.door import Door
from wellspring_gateway.ports.library import Counted
from wellspring_gateway.routes.plays import plays
from wellspring_gateway.routes.problems import STATUS, Problem

MOST = 100

BEACON = {
    "play_id": str(UUID(int=1)),
    "tab_id": str(UUID(int=2)),
    "episode_id": 1,
    "link_id": 1,
    "generation": 1,
    "outcome": "started",
    "first_try": True,
}


class Heard:
    """Plays that only count how often they are asked."""

    def __init__(self) -> None:
        self.beacons = 0

    async def record(self, play: Play, *, now: datetime) -> Counted | None:
        self.beacons += 1
        return None


class Hands:
    """A clock with hands that a test moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def door() -> Door:
    own: dict[str, Any] = {
        "play_budget": RateLimit(most=MOST, window=timedelta(hours=1)),
        "plays": Heard(),
        "clock": Hands(),
    }
    return Door(**{field.name: None for field in fields(Door) if field.default_factory is MISSING} | own)


async def send(door: Door, address: str, body: bytes | None = json.dumps(BEACON).encode()) -> None:
    """Send a beacon. Without a body the client is gone before it has sent one."""

    async def receive() -> dict[str, Any]:
        if body is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/plays",
        "headers": [],
        "client": (address, 1),
        "app": SimpleNamespace(state=SimpleNamespace(door=door)),
    }
    await plays(Request(scope, receive))


async def test_all_clients_together_cannot_fill_the_stream_of_events(door: Door) -> None:
    for number in range(MOST):
        await send(door, f"198.51.{number // 250}.{number % 250}")
    with pytest.raises(Problem, match="in all") as refused:
        await send(door, "203.0.113.1")
    assert refused.value.members["retry_after"] == 3600
    assert cast("Heard", door.plays).beacons == MOST
    cast("Hands", door.clock).time += timedelta(hours=1)
    await send(door, "203.0.113.1")


async def test_addresses_of_one_ipv6_network_are_one_client(door: Door) -> None:
    for number in range(60):
        await send(door, f"2001:db8::{number:x}")
    with pytest.raises(Problem, match="this address"):
        await send(door, "2001:db8::ffff")
    await send(door, "2001:db8:0:1::1")


async def test_a_beacon_that_cannot_be_read_takes_nothing_from_the_others(door: Door) -> None:
    with pytest.raises(Problem, match="body"):
        await send(door, "203.0.113.1", b"no json")
    for number in range(MOST):
        await send(door, f"198.51.{number // 250}.{number % 250}")
    assert cast("Heard", door.plays).beacons == MOST


async def test_a_page_that_closes_while_it_reports_is_no_failure_of_ours(door: Door) -> None:
    with pytest.raises(Problem, match="cut off") as refused:
        await send(door, "203.0.113.1", None)
    assert STATUS[refused.value.code] == 422
