"""The API of downloads: the files of episodes, brought to the uploader's disk."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

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

from ...domain.cursors import moment
from ...domain.documents.downloads import (
    BroughtFile,
    Download,
    DownloadDecision,
    Downloads,
    DownloadsAsked,
    DownloadState,
    MediaFile,
    NewDownloads,
)
from ...domain.documents.texts import HIGHEST_ID
from ...door import door_of
from ...publishing import DownloadFilter
from ..guards import checked, operator
from ..problems import Problem
from ..uploads import REFUSED, asked
from .answers import Cursor
from .paging import paged

LIST = "downloads"

router = APIRouter(prefix="/api/v1/downloads", tags=["downloads"])


@router.get("")
async def downloads(
    request: Request,
    *,
    state: DownloadState | None = None,
    title_id: Annotated[int | None, Query(ge=1, le=HIGHEST_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Cursor = None,
) -> Downloads:
    """Return downloads, the newest first: all of them, or those that meet every condition."""
    await operator(request)
    wanted, held = DownloadFilter(state, title_id), door_of(request).publishing.downloads
    found, following = await paged(
        LIST,
        (moment, UUID),
        cursor,
        limit,
        find=lambda after, most: held.page(wanted, after=after, limit=most),
        place=lambda row: (row.requested_at, row.id),
    )
    return Downloads(downloads=[Download.model_validate(row) for row in found], next=following)


@router.post("", status_code=202, responses=REFUSED)
async def request_files(request: Request, wanted: NewDownloads) -> DownloadsAsked:
    """Bring the files of a title or of some of its episodes. What is here or under way is not asked again."""
    session = await operator(request)
    await checked(request)
    wish = RequestDownloads(
        request_id=uuid7(),
        title_id=wanted.title_id,
        episode_ids=tuple(wanted.episode_ids),
        quality=wanted.quality,
        requested_by=session.user.username,
    )
    return DownloadsAsked.model_validate(await asked(request, Question.DOWNLOAD, wish, Downloading))


@router.post("/bring", status_code=201, responses=REFUSED)
async def bring(request: Request, file: BroughtFile) -> MediaFile:
    """Take over a file that lies below the uploader's media folder already."""
    session = await operator(request)
    await checked(request)
    wish = BringFiles(episode_id=file.episode_id, path=file.path, asked_by=session.user.username)
    return MediaFile.model_validate(await asked(request, Question.BRING, wish, Brought))


@router.get("/{download_id}")
async def download(request: Request, download_id: UUID) -> Download:
    """Return a download as far as it has come."""
    await operator(request)
    return await _there(request, download_id)


@router.post("/{download_id}/decide", responses=REFUSED)
async def decide(request: Request, download_id: UUID, wanted: DownloadDecision) -> Download:
    """Cancel, pause, go on with or try a download again."""
    session = await operator(request)
    await checked(request)
    wish = DecideDownload(download_id=download_id, action=wanted.action, asked_by=session.user.username)
    await asked(request, Question.DECIDE_DOWNLOAD, wish, Done)
    return await _there(request, download_id)


async def _there(request: Request, download_id: UUID) -> Download:
    found = await door_of(request).publishing.downloads.one(download_id)
    if found is None:
        raise Problem("no_download", f"There is no download {download_id}.")
    return Download.model_validate(found)
