"""Permanent addresses: one that every player keeps, whatever becomes of the links behind it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from wellspring_common import metrics
from wellspring_common.errors import WellspringError
from wellspring_common.events.playback import PlaybackFault

from ..choosing import Broken, Choice, Chosen, Nothing
from ..counting import count_opening
from ..domain.addresses import quality_of
from ..domain.carrying import Via
from ..domain.offers import Link
from ..domain.opening import Wish, opening_of
from ..door import Door, door_of
from .carried import NO_STORE, carrier_for, manifest, of_link, playlist, relay
from .guards import client, player
from .problems import Problem

router = APIRouter()

EpisodeId = Annotated[int, Path(ge=1, lt=2**63)]
File = Annotated[str, Path(max_length=400, examples=["The Glory S01E01.mp4"])]
DeviceToken = Annotated[str, Path(max_length=200)]
Quality = Annotated[str, Path(max_length=8, examples=["1080", "auto"])]


@router.head("/w/{episode_id}/{quality}/{file}", include_in_schema=False)
@router.get("/w/{episode_id}/{quality}/{file}", tags=["addresses"], response_class=Response)
async def open_address(request: Request, episode_id: EpisodeId, quality: Quality, file: File) -> Response:
    """Send a player to the best live link of an episode: a redirect, a playlist, or the file through us.

    `quality` is a height in lines or `auto`, of `file` only the extension counts. Scrapes first where no link
    plays, and answers 503 with `Retry-After` when that takes too long.
    """
    await player(request)
    return await _answer(request, episode_id, quality, file, who=client(request))


@router.head("/u/{token}/w/{episode_id}/{quality}/{file}", include_in_schema=False)
@router.get("/u/{token}/w/{episode_id}/{quality}/{file}", tags=["addresses"], response_class=Response)
async def open_for_device(
    request: Request,
    token: DeviceToken,  # noqa: ARG001  (the guard finds it in the path)
    episode_id: EpisodeId,
    quality: Quality,
    file: File,
) -> Response:
    """Do the same for a device that cannot sign in. The token is the device's, and can be revoked."""
    await player(request)
    who = f"device:{request.state.device.id}"
    return await _answer(request, episode_id, quality, file, who=who)


async def _answer(request: Request, episode_id: int, quality: str, file: str, *, who: str) -> Response:
    door = door_of(request)
    wish = _wish(episode_id, quality, file)
    state, _ = await door.states.read(episode_id)
    if state is None:
        raise Problem("unknown_episode", f"There is no episode {episode_id}.")
    carrier = carrier_for(request)
    asked = request.headers
    opening = opening_of(request.method, asked.get("range"), asked.get("user-agent", ""))
    if not opening.is_scan:
        _within(door, who)
    choice = Choice(door, wish, carrier, who, starts=opening.is_start)
    found = choice.at_sight(state) if opening.is_scan else await choice.make(state)
    if not opening.is_scan:
        await count_opening(
            door, who, episode_id, found, is_start=opening.is_start, may_probe=opening.may_probe
        )
    if isinstance(found, Nothing):
        metrics.ADDRESS_OPENS.labels("none").inc()
        detail = "No link of this episode plays right now. Try again in a moment."
        raise Problem("no_live_link", detail, retry_after=found.retry_after)
    link = found.link
    relayed = carrier.to_player(link) is Via.RELAY
    if link.container == "hls":
        metrics.ADDRESS_OPENS.labels("playlist").inc()
        return await playlist(request, of_link(link, relayed=relayed), who=who)
    if link.container == "dash":
        metrics.ADDRESS_OPENS.labels("playlist").inc()
        return await manifest(request, of_link(link, relayed=False), who=who)
    if relayed:
        metrics.ADDRESS_OPENS.labels("relay").inc()
        return await _relay(request, episode_id, link, wish.extension, who)
    metrics.ADDRESS_OPENS.labels("redirect").inc()
    return Response(status_code=302, headers={"Location": door.vet(link.url), **NO_STORE})


def _within(door: Door, who: str) -> None:
    wait = door.addressing.openings.retry_after(who, now=door.clock.now())
    if wait is not None:
        raise Problem("throttled", "Too many films were opened from this address.", retry_after=wait)


def _wish(episode_id: int, quality: str, file: str) -> Wish:
    name, dot, extension = file.rpartition(".")
    if not (name and dot and extension.isalnum()):
        raise Problem("not_found", "An address ends in the name of a file, such as episode.mp4.")
    try:
        return Wish(episode_id, quality_of(quality), extension.lower())
    except ValueError as error:
        raise Problem("not_found", f"{error}: give a height in lines, or auto.") from None


async def _relay(request: Request, episode_id: int, link: Link, extension: str, who: str) -> Response:
    door = door_of(request)

    async def broke(_: WellspringError) -> None:
        found = Chosen(link, (Broken(link, PlaybackFault.NETWORK),))
        await count_opening(door, who, episode_id, found, is_start=False)

    async def enough() -> None:
        await count_opening(door, who, episode_id, Chosen(link, ()), is_start=True)

    carried = of_link(link, relayed=True)
    return await relay(request, carried, extension, who=who, broke=broke, enough=enough)
