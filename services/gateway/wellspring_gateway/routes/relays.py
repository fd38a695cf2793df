"""Files that a page or a player gets through us, because it could not get them by itself."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from ..domain.sealing import unseal
from ..door import door_of
from .addresses import EpisodeId, File
from .carried import of_link, of_part, playlist, relay
from .guards import client, player
from .problems import Problem

router = APIRouter(include_in_schema=False)

Key = Annotated[int, Path(ge=1, lt=2**63)]


@router.head("/relay/{episode_id}/{link_id}.{generation}/{file}")
@router.get("/relay/{episode_id}/{link_id}.{generation}/{file}")
async def relay_link(
    request: Request, episode_id: EpisodeId, link_id: Key, generation: Key, file: File
) -> Response:
    """Pass a stored link through, or its playlist with addresses that lead here."""
    await player(request)
    state, _ = await door_of(request).states.read(episode_id)
    stored = state.links if state is not None else ()
    link = next((one for one in stored if (one.id, one.generation) == (link_id, generation)), None)
    if link is None or link.kind == "embed":
        raise Problem("unknown_link", "This link was replaced by a newer one.")
    carried = of_link(link, relayed=True)
    if link.container == "hls":
        return await playlist(request, carried, who=client(request))
    return await relay(request, carried, file.rpartition(".")[2].lower(), who=client(request))


@router.head("/part/{sealed}/{file}")
@router.get("/part/{sealed}/{file}")
async def part(request: Request, sealed: str, file: File) -> Response:
    """Answer with what a playlist of ours leads to. Only addresses that we sealed lead anywhere."""
    door = door_of(request)
    found = unseal(sealed, await door.addressing.links.secret(), now=door.clock.now())
    if found is None:
        raise Problem("unknown_link", "This address is not one of ours, or past its time.")
    if found.is_list:
        return await playlist(request, of_part(found), who=client(request))
    return await relay(request, of_part(found), file.rpartition(".")[2].lower(), who=client(request))
