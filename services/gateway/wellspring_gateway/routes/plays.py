"""The player's beacons: a play that started, a link that broke."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import ClientDisconnect

from wellspring_common import metrics
from wellspring_common.events.playback import PlaybackFault
from wellspring_common.metering import count_by_host

from ..domain.plays import EVERYBODY, Play, RateLimit
from ..door import door_of
from .guards import client, own_page
from .problems import Problem

LARGEST = 2048
"""Bytes of a beacon: a real one has about 300."""
LONGEST_S = 7 * 24 * 3600

router = APIRouter(prefix="/api/v1")

Key = Annotated[int, Field(ge=1, lt=2**63)]


class Beacon(BaseModel):
    """What a player reports. `tab_id` is the tab's own secret, and is never stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    play_id: UUID
    tab_id: UUID
    episode_id: Key
    link_id: Key
    generation: Annotated[int, Field(ge=1, lt=2**31)]
    outcome: Literal["started", "failed"]
    first_try: bool
    reason: PlaybackFault | None = None
    over: bool = False
    """With `failed`: no link was left to try."""
    position_s: Annotated[float, Field(ge=0, le=LONGEST_S, allow_inf_nan=False)] = 0

    def play(self) -> Play:
        """Return the beacon as the domain knows it."""
        failed = self.outcome == "failed"
        return Play(
            play_id=self.play_id,
            tab_id=self.tab_id,
            episode_id=self.episode_id,
            link_id=self.link_id,
            generation=self.generation,
            first_try=self.first_try,
            fault=(self.reason or PlaybackFault.UNKNOWN) if failed else None,
            over=failed and self.over,
            position_s=self.position_s,
        )


class Taken(BaseModel):
    """Whether the beacon was new and about a link of this library."""

    counted: bool


@router.post(
    "/plays",
    tags=["plays"],
    status_code=202,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Beacon"}}},
        }
    },
)
async def plays(request: Request) -> Taken:
    """Count a play. A repeated beacon, or one about an unknown link, is taken and changes nothing."""
    await own_page(request)
    door = door_of(request)
    now = door.clock.now()
    _count(door.play_rate, client(request), now, "Too many beacons from this address.")
    beacon = _read(await _body(request))
    _count(door.play_budget, EVERYBODY, now, "Too many beacons in all.")
    counted = await door.plays.record(beacon.play(), now=now)
    if counted is not None and beacon.outcome == "failed":
        door.addressing.failures.remember(client(request), beacon.link_id, beacon.generation, now=now)
    if counted is not None and counted.outcome is not None:
        count_by_host(metrics.PLAYS, counted.server, outcome=counted.outcome.value, surface=counted.surface)
    return Taken(counted=counted is not None)


def _count(limit: RateLimit, who: str, now: datetime, refusal: str) -> None:
    wait = limit.retry_after(who, now=now)
    if wait is not None:
        raise Problem("throttled", refusal, retry_after=wait)


async def _body(request: Request) -> bytes:
    found = bytearray()
    try:
        async for part in request.stream():
            found += part
            if len(found) > LARGEST:
                raise Problem("too_large", f"A beacon has at most {LARGEST} bytes.")
    except ClientDisconnect:  # the page is closed: nobody reads the answer, and it is no bug of ours
        raise Problem("invalid", "The beacon was cut off.") from None
    return bytes(found)


def _read(body: bytes) -> Beacon:
    try:
        return Beacon.model_validate_json(body)
    except ValidationError as error:
        wrong = [
            {"field": ".".join(str(part) for part in each["loc"]), "detail": each["msg"]}
            for each in error.errors()
        ]
        detail = "; ".join(f"{each['field'] or 'body'}: {each['detail']}" for each in wrong)
        raise Problem("invalid", detail, errors=wrong) from None
