"""Feeds of new episodes, of the whole library and of one title."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ..domain.feeds import MOST, Feed, atom, rss
from ..domain.text import is_storable
from ..door import door_of
from .outside import held, is_held, life, origin_of
from .problems import Problem

FORMATS = {"rss": (rss, "application/rss+xml"), "atom": (atom, "application/atom+xml")}

router = APIRouter(include_in_schema=False)


@router.api_route("/feeds/new.{ending}", methods=["GET", "HEAD"])
@router.api_route("/u/{token}/feeds/new.{ending}", methods=["GET", "HEAD"])
async def new(request: Request, ending: str) -> Response:
    """Send the newest episodes of all titles."""
    entries = await door_of(request).outgoing.newest("", MOST)
    feed = Feed("Wellspring: new episodes", f"/feeds/new.{ending}", "/", entries, origin_of(request))
    return _answer(request, feed, ending)


@router.api_route("/feeds/title/{slug}.{ending}", methods=["GET", "HEAD"])
@router.api_route("/u/{token}/feeds/title/{slug}.{ending}", methods=["GET", "HEAD"])
async def of_title(request: Request, slug: str, ending: str) -> Response:
    """Send the newest episodes of one title."""
    outgoing = door_of(request).outgoing
    show = await outgoing.named(slug) if is_storable(slug) else None
    if show is None:
        raise Problem("unknown_title", "There is no title of this name.")
    entries = await outgoing.newest(slug, MOST)
    title, path = f"{show.title}: new episodes", f"/feeds/title/{slug}.{ending}"
    feed = Feed(title, path, f"/title/{slug}", entries, origin_of(request))
    return _answer(request, feed, ending)


def _answer(request: Request, feed: Feed, ending: str) -> Response:
    if ending not in FORMATS:
        raise Problem("not_found", "A feed ends in .rss or .atom.")
    written, media_type = FORMATS[ending]
    body = written(feed)
    changed_at = feed.changed_at if feed.entries else None
    etag = held(body)
    headers = life(etag, changed_at)
    if is_held(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=f"{media_type}; charset=utf-8", headers=headers)
