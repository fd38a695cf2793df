"""The library for players elsewhere: a playlist, and a tree of `.strm` files."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from ..domain import m3u
from ..domain.budgets import Budget
from ..domain.entries import Entry, Origin, Scope
from ..domain.strm import File, Tree
from ..domain.text import is_storable
from ..domain.zipping import Zip
from ..door import Door, door_of
from .guards import within
from .outside import held, is_held, life, origin_of
from .problems import Problem

LONGEST_FILTER = 200
TURN = 100
"""So many episodes are written at a time, in a few milliseconds: others ask meanwhile."""
KINDS = ("", "series", "movie")

router = APIRouter(include_in_schema=False)

Filter = Annotated[str, Query(max_length=LONGEST_FILTER)]
Body = Callable[[AsyncIterator[list[Entry]], Origin], AsyncIterator[bytes]]


@router.api_route("/export/library.m3u", methods=["GET", "HEAD"])
@router.api_route("/u/{token}/export/library.m3u", methods=["GET", "HEAD"])
async def playlist(request: Request, title: Filter = "", kind: Filter = "", genre: Filter = "") -> Response:
    """Send a playlist of every episode, or of one title, kind or genre."""
    media_type = "audio/x-mpegurl; charset=utf-8"
    return await _sent(request, Scope(kind, genre, title), _playlist, media_type, "wellspring.m3u")


@router.api_route("/export/strm.zip", methods=["GET", "HEAD"])
@router.api_route("/u/{token}/export/strm.zip", methods=["GET", "HEAD"])
async def zipped(request: Request, title: Filter = "", kind: Filter = "", genre: Filter = "") -> Response:
    """Send the tree of `.strm` and NFO files as a zip."""
    return await _sent(request, Scope(kind, genre, title), _zip, "application/zip", "wellspring-strm.zip")


@router.api_route("/export/strm.ndjson", methods=["GET", "HEAD"])
@router.api_route("/u/{token}/export/strm.ndjson", methods=["GET", "HEAD"])
async def listed(request: Request, title: Filter = "", kind: Filter = "", genre: Filter = "") -> Response:
    """Send the same tree as lines of JSON: what they are written for, each file, and how many there were."""
    name = "wellspring-strm.ndjson"
    return await _sent(request, Scope(kind, genre, title), _listed, "application/x-ndjson", name)


async def _sent(request: Request, scope: Scope, body: Body, media_type: str, name: str) -> Response:
    door, origin = door_of(request), origin_of(request)
    await _check(door, scope)
    version = await door.outgoing.version(scope)
    etag = held(name, scope, origin, version.mark)
    headers = life(etag, version.changed_at)
    if is_held(request, etag):
        return Response(status_code=304, headers=headers)
    headers |= {"Content-Disposition": f'attachment; filename="{name}"'}
    if request.method == "HEAD":
        return Response(media_type=media_type, headers=headers)
    await within(request, Budget.SEARCH)
    entries = door.outgoing.entries(scope)
    return StreamingResponse(body(entries, origin), media_type=media_type, headers=headers)


async def _check(door: Door, scope: Scope) -> None:
    if scope.kind not in KINDS:
        raise Problem("invalid", "kind is 'series' or 'movie'.")
    for text in (scope.genre, scope.slug):
        if not is_storable(text):
            raise Problem("invalid", "This filter holds a character that no title has.")
    if scope.slug and await door.outgoing.named(scope.slug) is None:
        raise Problem("unknown_title", "There is no title of this name.")


async def _in_turns(entries: AsyncIterator[list[Entry]]) -> AsyncIterator[list[Entry]]:
    async for batch in entries:
        for start in range(0, len(batch), TURN):
            yield batch[start : start + TURN]
            await asyncio.sleep(0)


async def _playlist(entries: AsyncIterator[list[Entry]], origin: Origin) -> AsyncIterator[bytes]:
    yield m3u.HEAD.encode()
    async for batch in _in_turns(entries):
        yield m3u.lines(batch, origin).encode()


async def _zip(entries: AsyncIterator[list[Entry]], origin: Origin) -> AsyncIterator[bytes]:
    tree, zipped = Tree(origin), Zip()
    async for batch in _in_turns(entries):
        yield zipped.add(tree.files(batch))
    for part in zipped.end():
        yield part


async def _listed(entries: AsyncIterator[list[Entry]], origin: Origin) -> AsyncIterator[bytes]:
    yield _line({"base": origin.base})
    tree, count = Tree(origin), 0
    async for batch in _in_turns(entries):
        files = list(tree.files(batch))
        count += len(files)
        yield b"".join(_line(_said(file)) for file in files)
    yield _line({"files": count})


def _said(file: File) -> dict[str, object]:
    return {"path": file.path, "text": file.body.decode()}


def _line(said: dict[str, object]) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode() + b"\n"
