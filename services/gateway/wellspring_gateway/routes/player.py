"""The player's page."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..domain.episodes import LONGEST_NAME
from ..domain.policy import policy_with
from ..domain.titles import EpisodeHead, number_text, parse_number
from ..domain.why import plain_link
from ..door import Door, door_of
from .carried import carrier_for
from .problems import Problem
from .rooms import name_of, room_of
from .view import page

router = APIRouter(include_in_schema=False)


async def episode_named(door: Door, show: str, number: str) -> EpisodeHead:
    """Return the episode that the seeds' `show` and `ep` name. Raises `Problem` when there is none."""
    name = show.replace("\x00", "").strip()
    if not name:
        raise Problem("unknown_show", "The address names no show: add `?show=` and `&ep=`.")
    wanted = parse_number(number)
    if wanted is None:
        raise Problem("unknown_episode", f"{number[:40]!r} is no episode number.")
    head = await door.states.named(name, wanted)
    if head is None:
        if await door.catalog.has_title(name[:LONGEST_NAME]):
            raise Problem("unknown_episode", f"{name} has no episode {number}.")
        raise Problem("unknown_show", f"There is no show called {name}.")
    return head


@router.get("/player")
async def player(request: Request, show: str = "", ep: str = "1") -> Response:
    """Show the player for the seeds' address."""
    door = door_of(request)
    return await _player(request, door, await episode_named(door, show, ep))


@router.get("/watch/{episode_id}")
async def watch(request: Request, episode_id: int) -> Response:
    """Show the player of an episode."""
    door = door_of(request)
    head = await door.states.head(episode_id) if 0 < episode_id < 2**63 else None
    if head is None:
        raise Problem("unknown_episode", "There is no episode at this address.")
    return await _player(request, door, head)


async def _player(request: Request, door: Door, head: EpisodeHead) -> Response:
    state, stale = await door.states.read(head.id)
    if state is None:
        return RedirectResponse("/", status_code=303)
    before, after = await door.states.neighbours(head)
    ways = {"prev_url": _address(before), "next_url": _address(after)}
    now, tunables = door.clock.now(), door.tunables.current
    snapshot = state.snapshot(now=now, tunables=tunables, stale=stale, carrier=carrier_for(request))
    context: dict[str, Any] = {
        "title": {"id": head.title_id, "title": head.title, "slug": head.slug, "kind": head.kind},
        "episode": {
            "id": head.id,
            "season": head.season,
            "number": number_text(head.number),
            "label": head.label,
            "name": head.name,
        },
        **ways,
        "room": await room_of(request, head, {**ways, "next_label": await _name_of(door, after)}),
        "snapshot": snapshot,
        "plain": [plain_link(link, now) for link in snapshot["links"]],
        "live_url": f"/api/v1/live?episode={head.id}",
    }
    # a visitor without a session is told too: nobody asked Postgres who they are
    shown = await page(request, "player.html", context | ({"stale": True} if stale else {}))
    if tunables.embed_hosts:
        shown.headers["Content-Security-Policy"] = policy_with(tunables.embed_hosts)
    return shown


def _address(episode_id: int | None) -> str | None:
    return f"/watch/{episode_id}" if episode_id is not None else None


async def _name_of(door: Door, episode_id: int | None) -> str | None:
    head = await door.states.head(episode_id) if episode_id is not None else None
    return name_of(head) if head is not None else None
