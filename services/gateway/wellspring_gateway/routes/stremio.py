"""The addon for Stremio: `/stremio/manifest.json` and what follows from it."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from wellspring_common.release import VERSION

from ..domain import stremio
from ..domain.budgets import Budget
from ..domain.carrying import Carrier
from ..domain.entries import Entry, Origin, Show
from ..domain.offers import Link
from ..domain.stremio import Asked, Reference
from ..domain.stremio_streams import cache_hints, streams
from ..door import Door, door_of
from ..outgoing import Shelf
from .carried import carrier_for
from .guards import within
from .outside import origin_of
from .problems import Problem

CATALOG_LIFE = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
MANIFEST_LIFE = "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400"
MOST_PARTS = 20
_SCHEME = "/stremio/"

router = APIRouter(include_in_schema=False)


@router.api_route("/stremio/{rest:path}", methods=["GET", "HEAD"])
@router.api_route("/u/{token}/stremio/{rest:path}", methods=["GET", "HEAD"])
async def addon(request: Request, rest: str) -> Response:
    """Answer as the addon protocol says: a manifest, a catalogue, a title, or streams."""
    door, origin = door_of(request), origin_of(request)
    if rest == "manifest.json":
        genres = {kind: await door.outgoing.genres(kind) for kind in stremio.TYPES}
        return _json(stremio.manifest(origin, version=VERSION, genres=genres), MANIFEST_LIFE)
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    asked = stremio.asked(raw.decode("latin-1").partition(_SCHEME)[2])
    if asked is None:
        raise _not_found()
    if asked.resource == "catalog":
        return _json({"metas": await _catalog(request, door, asked, origin)}, CATALOG_LIFE)
    reference = stremio.reference(asked.id)
    show = await _show(door, reference, asked.type) if reference is not None else None
    if asked.resource == "meta":
        return await _meta(door, show, origin)
    return await _streams(door, show, reference, origin, carrier_for(request))


async def _catalog(request: Request, door: Door, asked: Asked, origin: Origin) -> list[dict[str, Any]]:
    if asked.id != stremio.CATALOG_ID:
        raise _not_found()
    if asked.skip is None:
        return []
    if asked.query:
        await within(request, Budget.SEARCH)
    shelf = Shelf(asked.type, asked.query, asked.genre, asked.skip)
    return [stremio.preview(show, origin) for show in await door.outgoing.shelf(shelf)]


async def _meta(door: Door, show: Show | None, origin: Origin) -> Response:
    if show is None:
        raise _not_found()
    entries = await door.outgoing.entries_of(show)
    return _json({"meta": stremio.meta(show, entries, origin)}, CATALOG_LIFE)


async def _streams(
    door: Door, show: Show | None, reference: Reference | None, origin: Origin, carrier: Carrier
) -> Response:
    """Answer with the streams of an episode: none for what is not ours, since all addons are asked."""
    found: list[dict[str, Any]] = []
    links: list[Link] = []
    now, tunables = door.clock.now(), door.tunables.current
    for entry in await _entries(door, show, reference):
        state, _ = await door.states.read(entry.id)
        if state is not None:
            offered = state.offered(now=now, tunables=tunables, carrier=carrier)
            offered = [link for link in offered if carrier.to_player(link) is not None]
            found += streams(entry, offered, state.masters, origin)
            links += offered
    return _json({"streams": found}, cache_hints(links, now=now))


async def _entries(door: Door, show: Show | None, reference: Reference | None) -> list[Entry]:
    if show is None or reference is None:
        return []
    if reference.season is not None and reference.number is not None:
        entry = await door.outgoing.entry(show, reference.season, reference.number)
        return [entry] if entry is not None else []
    return (await door.outgoing.entries_of(show))[:MOST_PARTS] if show.is_movie else []


async def _show(door: Door, reference: Reference, kind: str) -> Show | None:
    show = await door.outgoing.show(title_id=reference.title_id, imdb_id=reference.imdb_id)
    return show if show is not None and stremio.TYPES[show.kind] == kind else None


def _json(content: Any, cache: str) -> JSONResponse:
    media_type = "application/json; charset=utf-8"
    return JSONResponse(content, media_type=media_type, headers={"Cache-Control": cache})


def _not_found() -> Problem:
    return Problem("not_found", "There is nothing at this address of the addon.")
