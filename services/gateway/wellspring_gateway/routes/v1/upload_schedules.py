"""The API of series on schedules: add, rehearse, pause, move, remove."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from wellspring_common.uploading import (
    ChangeSchedule,
    Done,
    Preview,
    Question,
    Removed,
    Scheduled,
    ScheduleRef,
    ScheduleSeries,
)

from ...domain.documents.uploads import (
    NewSchedule,
    Rehearsal,
    Schedule,
    ScheduleAsked,
    ScheduleChange,
    ScheduleRemoved,
    Schedules,
)
from ...door import door_of
from ..guards import checked, operator
from ..problems import Problem
from ..uploads import REFUSED, asked, schedule_shown
from .answers import PLACE, IdInPath, Key, once

MOST = 500
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "`not_downloaded`: files of the episodes in `episodes` are not here."},
    404: {"description": "`title_not_found` or `target_not_found`."},
    409: {
        "description": "`rights_unknown`: nobody said that it may be published. `no_target`, "
        "`several_targets`, `no_choices`: what is missing."
    },
}

router = APIRouter(prefix="/api/v1/upload-schedules", tags=["uploads"])


@router.get("")
async def schedules(
    request: Request,
    *,
    ended: Annotated[bool, Query(description="With those that came to their end.")] = False,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> Schedules:
    """Return the series on schedules, in the order in which they go out."""
    await operator(request)
    rows = await door_of(request).publishing.book.schedules(ended=ended, limit=limit)
    return Schedules(schedules=[Schedule.model_validate(schedule_shown(row)) for row in rows])


@router.post(
    "",
    status_code=201,
    response_model=ScheduleAsked,
    responses={201: {"headers": PLACE}, **REFUSALS},
)
async def add(request: Request, new: NewSchedule, key: Key = None) -> Response:
    """Put a series on a schedule: one episode an interval, from the next full one.

    Asked again it is there once, with what is chosen now and the episodes that have come since.
    """
    session = await operator(request)
    await checked(request)
    repeated = once(request, session, key, new)
    if (kept := await repeated.before()) is not None:
        return JSONResponse(kept[1], status_code=kept[0], headers=_place(kept[1]))
    found = await asked(request, Question.SCHEDULE, _wish(new, session.user.username), Scheduled)
    body = ScheduleAsked.model_validate(found).model_dump(mode="json")
    await repeated.remember(201, body)
    return JSONResponse(body, status_code=201, headers=_place(body))


@router.post("/rehearse", responses=REFUSALS)
async def rehearse(request: Request, new: NewSchedule) -> Rehearsal:
    """Return what a schedule would do without doing it: each slot and title, and what speaks against it."""
    session = await operator(request)
    await checked(request)
    found = await asked(request, Question.DRY_RUN, _wish(new, session.user.username), Preview)
    return Rehearsal(slots=list(found.slots), problems=list(found.problems))


@router.get("/{schedule_id}")
async def schedule(request: Request, schedule_id: IdInPath) -> Schedule:
    """Return one of them."""
    await operator(request)
    return await _there(request, schedule_id)


@router.post("/{schedule_id}/change", responses=REFUSED)
async def change(request: Request, schedule_id: IdInPath, wanted: ScheduleChange) -> Schedule:
    """Pause a series, let it go on, or move it."""
    session = await operator(request)
    await checked(request)
    wish = ChangeSchedule(
        schedule_id=schedule_id,
        action=wanted.action,
        before=wanted.before,
        asked_by=session.user.username,
    )
    await asked(request, Question.CHANGE, wish, Done)
    return await _there(request, schedule_id)


@router.delete("/{schedule_id}", responses=REFUSED)
async def remove(request: Request, schedule_id: IdInPath) -> ScheduleRemoved:
    """Take a series off: what waits or failed. What is under way or published stays."""
    session = await operator(request)
    await checked(request)
    wish = ScheduleRef(schedule_id=schedule_id, asked_by=session.user.username)
    found = await asked(request, Question.REMOVE, wish, Removed)
    return ScheduleRemoved(removed=found.removed, title=found.title)


def _wish(new: NewSchedule, by: str) -> ScheduleSeries:
    return ScheduleSeries(
        title_id=new.title_id,
        target_id=new.target_id,
        choices=new.choices,
        download_first=new.download_first,
        requested_by=by,
    )


def _place(body: dict[str, Any]) -> dict[str, str]:
    return {"Location": f"/api/v1/upload-schedules/{body['schedule_id']}"}


async def _there(request: Request, schedule_id: int) -> Schedule:
    row = await door_of(request).publishing.book.schedule(schedule_id)
    if row is None:
        raise Problem("schedule_not_found", f"There is no schedule {schedule_id}.")
    return Schedule.model_validate(schedule_shown(row))
