"""Two URLs of `upload-scheduler.md`: `POST /api/search` and `POST /api/scrape`."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from wellspring_common.events.crawl import CrawlScope

from ...domain.catalogues import CrawlWish, parse_wish
from ...door import Door, door_of
from ..crawls import ask_for_crawl
from ..guards import checked, operator
from ..problems import Problem
from .bodies import json_object

HIGHEST_ID = 2**63 - 1
WILL_DOWNLOAD = "The files of its episodes are brought as soon as it was read."

router = APIRouter(prefix="/api", tags=["seeds"])


@router.post("/search")
async def search(request: Request) -> Response:
    """Read a tag of the default catalogue and store its titles: `{"tagId": "25", "limit": 20}`."""
    session = await operator(request)
    await checked(request)
    fields = await json_object(request, _no_object())
    tag = _word(fields, "tagId")
    wish = parse_wish({"scope": "tag", "query": tag, "limit": fields.get("limit")})
    door = door_of(request)
    asked = await ask_for_crawl(door, await _default(door), wish, by=session.user.username)
    message = f"Reading the titles of tag {tag}"
    return _queued(asked.job_id, message, tagId=tag, limit=wish.limit)


@router.post("/scrape")
async def scrape(request: Request) -> Response:
    """Read one series: `{"seriesId": "...", "download": true}`, by our id or by the catalogue's key."""
    session = await operator(request)
    await checked(request)
    fields = await json_object(request, _no_object())
    series = _word(fields, "seriesId")
    door = door_of(request)
    catalogue_id, key = await _meant(door, series)
    wish = CrawlWish(CrawlScope.TITLE, key)
    download = fields.get("download") is True
    asked = await ask_for_crawl(door, catalogue_id, wish, by=session.user.username, download=download)
    message = f"Reading series {series}"
    if download:
        message += f". {WILL_DOWNLOAD}"
    return _queued(asked.job_id, message, seriesId=series, download=download)


async def _meant(door: Door, series: str) -> tuple[int, str]:
    """Return the catalogue to read and the key of the series there."""
    if series.isascii() and series.isdigit() and int(series) <= HIGHEST_ID:
        known = await door.crawling.catalogues.key_of(int(series))
        if known is not None:
            return known
    return await _default(door), series


async def _default(door: Door) -> int:
    found = await door.crawling.catalogues.default()
    if found is None:
        raise Problem("no_catalogue", "There is no default catalogue: choose one under Catalogues.")
    return found.id


def _no_object() -> Problem:
    return Problem("invalid", 'The body is a JSON object such as {"tagId": "25", "limit": 20}.')


def _word(fields: dict[str, Any], name: str) -> str:
    given = fields.get(name)
    word = "" if isinstance(given, bool) or not isinstance(given, str | int) else str(given).strip()
    if not word:
        raise Problem("missing_field", f"{name} is missing.")
    return str(parse_wish({"scope": "title", "query": word}).query)


def _queued(job_id: object, message: str, **more: Any) -> Response:
    body = {"success": True, "message": message, "jobId": str(job_id), **more}
    return JSONResponse(body, status_code=200, headers={"Location": f"/api/v1/crawls/{job_id}"})
