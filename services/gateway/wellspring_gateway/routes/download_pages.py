"""The operator's monitor of downloads: what comes home, what is here, and what went wrong."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from wellspring_common.ids import uuid7
from wellspring_common.uploading import (
    BringFiles,
    Brought,
    DecideDownload,
    Done,
    Downloading,
    Question,
    RequestDownloads,
)

from ..domain.cursors import moment
from ..domain.digits import number_in
from ..domain.documents.texts import HIGHEST_ID
from ..domain.downloading import LIVE, STATES, actions, percent
from ..door import door_of
from ..publishing import DownloadFilter, DownloadRow
from .admin import signed_in
from .guards import checked, operator
from .problems import Problem, status_of
from .uploads import asked, wished
from .v1.paging import paged
from .view import page, with_query

LIST = "downloads"
SHOWN = 50
TITLES_SHOWN = 2000
HIGHEST_QUALITY = 20_000

router = APIRouter(prefix="/admin/downloads", include_in_schema=False)


@router.get("")
async def downloads_page(request: Request) -> Response:
    """Show the downloads, and the form for more of them."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    return await _downloads(request, {"title_id": request.query_params.get("title", "")})


@router.post("")
async def request_files(request: Request) -> Response:
    """Have the files of a title brought: a refusal is shown at the form."""
    session = await operator(request)
    await checked(request)
    fields = {name: str(value).strip() for name, value in (await request.form()).items()}
    errors: dict[str, str] = {}
    title_id = number_in(fields.get("title_id", ""))
    if title_id is None or not 0 < title_id <= HIGHEST_ID:
        errors["title_id"] = "missing" if not fields.get("title_id") else "no_whole_number"
    quality = number_in(fields.get("quality", ""))
    if fields.get("quality") and (quality is None or not 0 < quality <= HIGHEST_QUALITY):
        errors["quality"] = "quality_not_a_number"
    if errors:
        return await _downloads(request, fields, errors=errors, status=422)
    wish = wished(
        RequestDownloads,
        request_id=uuid7(),
        title_id=title_id,
        quality=quality,
        requested_by=session.user.username,
    )
    try:
        found = await asked(request, Question.DOWNLOAD, wish, Downloading)
    except Problem as problem:
        return await _downloads(request, fields, refusal=problem, status=status_of(problem))
    counts = {name: str(getattr(found, name)) for name in ("queued", "running", "present")}
    return RedirectResponse(with_query("/admin/downloads", **counts), status_code=303)


@router.post("/bring")
async def bring(request: Request) -> Response:
    """Take over a file that lies below the uploader's media folder already."""
    session = await operator(request)
    await checked(request)
    fields = {name: str(value).strip() for name, value in (await request.form()).items()}
    episode_id = number_in(fields.get("episode_id", ""))
    errors = (
        {} if episode_id else {"episode_id": "no_whole_number" if fields.get("episode_id") else "missing"}
    )
    if not fields.get("path"):
        errors["path"] = "missing"
    if errors:
        return await _downloads(request, fields, errors=errors, status=422)
    by = session.user.username
    wish = wished(BringFiles, episode_id=episode_id, path=fields["path"], asked_by=by)
    try:
        await asked(request, Question.BRING, wish, Brought)
    except Problem as problem:
        return await _downloads(request, fields, refusal=problem, status=status_of(problem))
    return RedirectResponse("/admin/downloads?brought=1", status_code=303)


@router.post("/{download_id}/{action}")
async def decide(request: Request, download_id: str, action: str) -> Response:
    """Cancel, pause, go on with or try a download again."""
    session = await operator(request)
    await checked(request)
    wish = wished(DecideDownload, download_id=download_id, action=action, asked_by=session.user.username)
    await asked(request, Question.DECIDE_DOWNLOAD, wish, Done)
    return RedirectResponse("/admin/downloads", status_code=303)


async def _downloads(
    request: Request,
    fields: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    refusal: Problem | None = None,
    status: int = 200,
) -> Response:
    door, query = door_of(request), request.query_params
    held, now = door.publishing.downloads, door.clock.now()
    state = query["state"] if query.get("state") in STATES else None
    found, following = await paged(
        LIST,
        (moment, UUID),
        query.get("cursor"),
        SHOWN,
        find=lambda after, most: held.page(DownloadFilter(state, None), after=after, limit=most),
        place=lambda row: (row.requested_at, row.id),
    )
    files, size = await held.disk()
    counts = await held.counts()
    same = {"state": state} if state else {}
    context = {
        "downloads": [_shown(row, now) for row in found],
        "counts": {name: counts.get(name, 0) for name in STATES},
        "live": any(counts.get(name) for name in LIVE),
        "chosen": state,
        "later": "cursor" in query,
        "next_url": with_query("/admin/downloads", **same, cursor=following) if following else None,
        "files": files,
        "size": size,
        "asked": {name: number_in(query.get(name, "")) for name in ("queued", "running", "present")},
        "brought": "brought" in query,
        "form": {name: fields.get(name, "") for name in ("title_id", "quality", "episode_id", "path")},
        "errors": {name: {"key": error, "params": {}} for name, error in (errors or {}).items()},
        "refusal": {"code": refusal.code, "detail": refusal.message} if refusal is not None else None,
        "titles": await door.publishing.book.titles(
            also=number_in(fields.get("title_id", "")), limit=TITLES_SHOWN
        ),
    }
    return await page(request, "admin/downloads.html", context, status=status)


def _shown(row: DownloadRow, now: datetime) -> dict[str, Any]:
    """Return a download with how far it is, and what may be done with it."""
    waits = row.state == "queued" and row.next_try_at > now
    return {
        **vars(row),
        "percent": percent(row.state, row.bytes_done, row.bytes_total),
        "waits": waits,
        "actions": actions(row.state, waits=waits),
    }
