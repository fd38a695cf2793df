"""The URLs of `upload-scheduler.md` that are about its schedule."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from wellspring_common.uploading import Question, Removed, Scheduled, ScheduleRef, ScheduleSeries

from ...domain.digits import number_in
from ...domain.documents.texts import HIGHEST_ID
from ...domain.uploads import FAILED, UPLOADING, WORD_OF, counted, instant, percent, states_of
from ...door import door_of
from ...publishing import UploadFilter, UploadRow
from ..guards import checked, operator
from ..problems import Problem
from ..uploads import asked, is_there, wished
from .bodies import json_object

MOST_ROWS = 5000

router = APIRouter(prefix="/api/upload", tags=["seeds"])


@router.post("/schedule")
async def schedule(request: Request) -> Response:
    """Put a series on the schedule: `{"seriesId": 123}`, one episode an hour from the next full hour.

    `targetId`, `downloadFirst` and the choices of `POST /api/v1/upload-schedules` may be given too.
    """
    session = await operator(request)
    await checked(request)
    fields = await json_object(request, _no_object())
    title_id = _series(fields.get("seriesId"))
    wish = wished(
        ScheduleSeries,
        title_id=title_id,
        target_id=fields.get("targetId"),
        choices=fields.get("choices"),
        download_first=fields.get("downloadFirst") is True,
        requested_by=session.user.username,
    )
    found = await asked(request, Question.SCHEDULE, wish, Scheduled, success=False)
    return JSONResponse(
        {
            "success": True,
            "message": f"Scheduled {found.episodes} episodes for upload",
            "seriesTitle": found.title,
            "episodesScheduled": found.episodes,
            "scheduleStartTime": instant(found.starts_at),
        }
    )


@router.get("/schedule")
async def schedules(request: Request, seriesId: str | None = None) -> Response:  # noqa: N803  (the seed's name)
    """Return the schedule with its six counters, series by series, or that of one series."""
    await operator(request)
    title_id = None if seriesId is None else _series(seriesId)
    book = door_of(request).publishing.book
    rows = await book.in_order(title_id=title_id, limit=MOST_ROWS)
    counts = counted(await book.counts(title_id=title_id))
    return JSONResponse({"success": True, "schedule": {**counts, "bySeries": _by_series(rows)}})


@router.delete("/schedule/{series_id}")
async def remove(request: Request, series_id: str) -> Response:
    """Take a series off the schedule: what waits or failed, nothing that is under way or published."""
    session = await operator(request)
    await checked(request)
    wish = ScheduleRef(title_id=_series(series_id), asked_by=session.user.username)
    found = await asked(request, Question.REMOVE, wish, Removed, success=False)
    return JSONResponse({"success": True, "message": f"Removed {found.removed} scheduled uploads"})


@router.get("/scheduler/status")
async def status(request: Request) -> Response:
    """Return whether anything may go out, and what goes out now: nothing does where no uploader runs."""
    await operator(request)
    door = door_of(request)
    book = door.publishing.book
    targets = await book.targets(now=door.clock.now())
    runs = await is_there(request)
    sending = UploadFilter(states=states_of(UPLOADING))
    under_way = await book.uploads(sending, after=None, limit=1) if runs else []
    return JSONResponse(
        {
            "success": True,
            "status": {
                "isRunning": runs and any(target.state == "ready" for target in targets),
                "currentUpload": _current(under_way[0]) if under_way else None,
            },
        }
    )


def _by_series(rows: Iterable[UploadRow]) -> list[dict[str, Any]]:
    """Return each series once, however many schedules it has been on."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        series = found.setdefault(
            row.title_id, {"seriesId": row.title_id, "seriesTitle": row.title, "episodes": []}
        )
        series["episodes"].append(_episode(row))
    return list(found.values())


def _episode(row: UploadRow) -> dict[str, Any]:
    """Return an upload with the columns of the seed's table, and where our words say more, those."""
    return {
        "id": str(row.id),
        "series_id": row.title_id,
        "episode_id": row.episode_id,
        "episodeIndex": row.ordinal,
        "status": WORD_OF.get(row.state, FAILED),
        "state": row.state,
        "waits_for": row.waits_for,
        "dailymotion_video_id": row.video_id,
        "upload_progress": percent(row.state, row.bytes_sent, row.size_bytes),
        "retry_count": row.tries,
        "error_message": row.error_detail,
        "scheduled_at": instant(row.planned_at),
        "started_at": instant(row.started_at),
        "completed_at": instant(row.completed_at),
        "created_at": instant(row.created_at),
        "updated_at": instant(row.updated_at),
    }


def _current(row: UploadRow) -> dict[str, Any]:
    return {
        "seriesTitle": row.title,
        "episodeIndex": row.ordinal,
        "episodeId": row.episode_id,
        "progress": percent(row.state, row.bytes_sent, row.size_bytes),
    }


def _no_object() -> Problem:
    return Problem("missing_field", 'Series ID required: send {"seriesId": 123} as JSON.', success=False)


def _series(given: object) -> int:
    """Return the id of a series. Raises `Problem` as the seed does."""
    number = given if isinstance(given, int) and not isinstance(given, bool) else None
    if isinstance(given, str):
        number = number_in(given, digits=18)
    if number is None:
        raise Problem("missing_field", "Series ID required: a number, as in the title's page.", success=False)
    if not 0 < number <= HIGHEST_ID:
        raise Problem("title_not_found", "Series not found.", success=False)
    return number
