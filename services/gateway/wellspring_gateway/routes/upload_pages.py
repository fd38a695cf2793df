"""The operator's pages of uploads: what goes out, when, and what came of it."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from wellspring_common.uploading import (
    ChangeSchedule,
    DecideUpload,
    Done,
    Preview,
    Question,
    Removed,
    Scheduled,
    ScheduleRef,
    ScheduleSeries,
)

from ..domain.digits import number_in, uuid_in
from ..domain.upload_form import CATEGORIES, Filled, filled, form_of
from ..domain.uploads import FAILED, PENDING, SKIPPED, UPLOADING, counted, states_of
from ..door import Door, door_of
from ..publishing import TargetRow, UploadFilter, UploadRow
from .admin import signed_in
from .guards import checked, operator
from .problems import Problem, status_of
from .uploads import asked, is_there, schedule_shown, upload_shown, wished
from .view import page

NEXT_SHOWN = 5
TROUBLE_SHOWN = 50
SERIES_SHOWN = 200
TITLES_SHOWN = 2000
CALENDAR_SHOWN = 500
STEPS_SHOWN = 100

router = APIRouter(prefix="/admin/uploads", include_in_schema=False)


@router.get("")
async def uploads_page(request: Request, title: str = "", added: str = "") -> Response:
    """Show the whole schedule, and the form for one more series."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    fields = {"title_id": title} if title else {}
    return await _uploads(request, form_of(fields), added=number_in(added))


@router.post("")
async def add(request: Request) -> Response:
    """Put a series on a schedule, or rehearse it: a refusal is shown at the form."""
    session = await operator(request)
    await checked(request)
    sent = await request.form()
    fields = {name: str(value) for name, value in sent.items()}
    form = filled(fields)
    if form.errors:
        return await _uploads(request, form, status=422)
    wish = wished(ScheduleSeries, **form.wish, requested_by=session.user.username)
    try:
        if "rehearse" in fields:
            found = await asked(request, Question.DRY_RUN, wish, Preview)
            return await _uploads(request, form, rehearsal=found)
        scheduled = await asked(request, Question.SCHEDULE, wish, Scheduled)
    except Problem as problem:
        refusal = {"code": problem.code, "detail": problem.message, **problem.members}
        return await _uploads(request, form, refusal=refusal, status=status_of(problem))
    return RedirectResponse(f"/admin/uploads?added={scheduled.schedule_id}", status_code=303)


@router.get("/calendar")
async def calendar_page(request: Request) -> Response:
    """Show what waits, day by day."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    rows = await door_of(request).publishing.book.calendar(limit=CALENDAR_SHOWN)
    return await page(request, "admin/upload_calendar.html", {"days": _by_day(rows)})


@router.post("/schedules/{schedule_id}/{action}")
async def change(request: Request, schedule_id: int, action: str) -> Response:
    """Pause a series, let it go on, move it, or take it off."""
    session = await operator(request)
    await checked(request)
    by = session.user.username
    if action == "remove":
        ref = wished(ScheduleRef, schedule_id=schedule_id, asked_by=by)
        await asked(request, Question.REMOVE, ref, Removed)
    elif action in {"pause", "resume"}:
        wish = wished(ChangeSchedule, schedule_id=schedule_id, action=action, asked_by=by)
        await asked(request, Question.CHANGE, wish, Done)
    elif action in {"up", "down"}:
        before = await _place(door_of(request), schedule_id, up=action == "up")
        wish = wished(ChangeSchedule, schedule_id=schedule_id, action="move", before=before, asked_by=by)
        await asked(request, Question.CHANGE, wish, Done)
    else:
        raise Problem("not_found", "There is nothing at this address.")
    return RedirectResponse("/admin/uploads#series", status_code=303)


@router.get("/{upload_id}")
async def upload_page(request: Request, upload_id: str) -> Response:
    """Show one upload with all that happened to it."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    book, number = door_of(request).publishing.book, uuid_in(upload_id)
    row = await book.upload(number) if number is not None else None
    if row is None or number is None:
        raise Problem("not_found", "There is no upload at this address.")
    steps = await book.steps(number, limit=STEPS_SHOWN)
    return await page(request, "admin/upload.html", {"upload": upload_shown(row), "steps": steps})


@router.post("/{upload_id}/{action}")
async def decide(request: Request, upload_id: str, action: str) -> Response:
    """Try an upload again, skip it, or give it the next slot."""
    session = await operator(request)
    await checked(request)
    wish = wished(DecideUpload, upload_id=upload_id, action=action, asked_by=session.user.username)
    await asked(request, Question.DECIDE, wish, Done)
    return RedirectResponse(f"/admin/uploads/{wish.upload_id}", status_code=303)


async def _uploads(
    request: Request,
    form: Filled,
    *,
    rehearsal: Preview | None = None,
    refusal: Mapping[str, Any] | None = None,
    added: int | None = None,
    status: int = 200,
) -> Response:
    door = door_of(request)
    book, now = door.publishing.book, door.clock.now()
    under_way = await book.uploads(UploadFilter(states=states_of(UPLOADING)), after=None, limit=TROUBLE_SHOWN)
    in_trouble = UploadFilter(states=(*states_of(FAILED), *states_of(SKIPPED)))
    trouble = await book.uploads(in_trouble, after=None, limit=TROUBLE_SHOWN)
    targets = await book.targets(now=now)
    schedules = [schedule_shown(row) for row in await book.schedules(ended=True, limit=SERIES_SHOWN)]
    counts = counted(await book.counts())
    context = {
        "counts": counts,
        "current": [upload_shown(row) for row in under_way],
        "next": [upload_shown(row) for row in await book.calendar(limit=NEXT_SHOWN)],
        "more": counts[PENDING] > NEXT_SHOWN,
        "trouble": [upload_shown(row) for row in trouble],
        "schedules": schedules,
        "targets": targets,
        "away": not await is_there(request),
        "troubled": [target for target in targets if _is_troubled(target, door)],
        "form": form.fields,
        "errors": {name: {"key": error, "params": {}} for name, error in form.errors.items()},
        "categories": CATEGORIES,
        "titles": await book.titles(also=number_in(form.fields.get("title_id", "")), limit=TITLES_SHOWN),
        "rehearsal": rehearsal,
        "refusal": refusal,
        "added": next((one for one in schedules if one["id"] == added), None),
    }
    return await page(request, "admin/uploads.html", context, status=status)


def _is_troubled(target: TargetRow, door: Door) -> bool:
    waits = target.quota_until is not None and target.quota_until > door.clock.now()
    return target.state != "ready" or waits


async def _place(door: Door, schedule_id: int, *, up: bool) -> int | None:
    """Return the schedule that one goes in front of when it moves by one place, nothing for the end."""
    rows = await door.publishing.book.schedules(ended=False, limit=SERIES_SHOWN)
    own = next((row for row in rows if row.id == schedule_id), None)
    if own is None:
        raise Problem("schedule_not_found", f"There is no schedule {schedule_id}.")
    ids = [row.id for row in rows if row.target_id == own.target_id]
    at = ids.index(schedule_id)
    after = at - 1 if up else at + 2
    return ids[max(after, 0)] if after < len(ids) else None


def _by_day(rows: Iterable[UploadRow]) -> list[tuple[date | None, list[dict[str, Any]]]]:
    def day(row: UploadRow) -> date | None:
        return row.planned_at.date() if row.planned_at is not None else None

    return [(when, [upload_shown(row) for row in of_day]) for when, of_day in groupby(rows, key=day)]
