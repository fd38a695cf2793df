"""The API of uploads: each episode on its way to a channel."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from wellspring_common.uploading import DecideUpload, Done, Question

from ...domain.cursors import moment
from ...domain.documents.texts import HIGHEST_ID
from ...domain.documents.uploads import Upload, UploadDecision, Uploads, UploadWhole, Word
from ...domain.uploads import states_of
from ...door import door_of
from ...publishing import UploadFilter
from ..guards import checked, operator
from ..problems import Problem
from ..uploads import REFUSED, asked, upload_shown
from .answers import Cursor
from .paging import paged

LIST = "uploads"
STEPS_SHOWN = 200

router = APIRouter(prefix="/api/v1/uploads", tags=["uploads"])

Wanted = Annotated[int | None, Query(ge=1, le=HIGHEST_ID)]


@router.get("")
async def uploads(
    request: Request,
    *,
    status: Word | None = None,
    title_id: Wanted = None,
    target_id: Wanted = None,
    schedule_id: Wanted = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Cursor = None,
) -> Uploads:
    """Return uploads, the one that moved last first: all of them, or those that meet every condition."""
    await operator(request)
    wanted = UploadFilter(states_of(status) if status is not None else None, title_id, target_id, schedule_id)
    book = door_of(request).publishing.book
    found, following = await paged(
        LIST,
        (moment, UUID),
        cursor,
        limit,
        find=lambda after, most: book.uploads(wanted, after=after, limit=most),
        place=lambda row: (row.updated_at, row.id),
    )
    return Uploads(uploads=[Upload.model_validate(upload_shown(row)) for row in found], next=following)


@router.get("/{upload_id}")
async def upload(request: Request, upload_id: UUID) -> UploadWhole:
    """Return an upload with what happened to it."""
    await operator(request)
    return await _whole(request, upload_id)


@router.post("/{upload_id}/decide", responses=REFUSED)
async def decide(request: Request, upload_id: UUID, wanted: UploadDecision) -> UploadWhole:
    """Try an upload again, go on without it, or give what was skipped the next slot of its series."""
    session = await operator(request)
    await checked(request)
    wish = DecideUpload(upload_id=upload_id, action=wanted.action, asked_by=session.user.username)
    await asked(request, Question.DECIDE, wish, Done)
    return await _whole(request, upload_id)


async def _whole(request: Request, upload_id: UUID) -> UploadWhole:
    book = door_of(request).publishing.book
    row = await book.upload(upload_id)
    if row is None:
        raise Problem("upload_not_found", f"There is no upload {upload_id}.")
    steps = await book.steps(upload_id, limit=STEPS_SHOWN)
    return UploadWhole.model_validate({**upload_shown(row), "steps": steps})
