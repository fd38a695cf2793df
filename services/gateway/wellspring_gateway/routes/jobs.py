"""Ending jobs that nobody wants any more, by program and by button."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from ..domain.documents.jobs import JobAnswer
from ..door import door_of
from .guards import checked, operator
from .problems import Problem

LIVE = frozenset({"queued", "running"})

router = APIRouter()

_ENDED: dict[int | str, dict[str, Any]] = {409: {"description": "`job_ended`: it has an end already."}}


@router.post(
    "/api/v1/jobs/{job_id}/cancel", tags=["jobs"], status_code=202, response_model=JobAnswer, responses=_ENDED
)
async def cancel(request: Request, job_id: UUID) -> Response:
    """End a scrape or a crawl that waits or runs: it stops at once, and what it found so far stays.

    Answers 202: the job's `state` turns `cancelled` in a moment. A job that has an end answers 409.
    """
    state = await _cancelled(request, job_id)
    if state not in LIVE:
        raise Problem("job_ended", f"The job has an end already: {state}.", state=state)
    job = await door_of(request).jobs.job(job_id)
    body: dict[str, Any] = {"job": job.brief() if job else None}
    return JSONResponse(body, status_code=202, headers={"Location": f"/api/v1/jobs/{job_id}"})


@router.post("/admin/jobs/{job_id}/cancel", include_in_schema=False)
async def cancel_by_button(request: Request, job_id: UUID) -> Response:
    """End a job and return to where the button was."""
    state = await _cancelled(request, job_id)
    if (await request.form()).get("back") == "list":
        return RedirectResponse("/admin#jobs-title", status_code=303)
    # one that has ended meanwhile shows how: that is answer enough
    asked = "?cancelling=1" if state in LIVE else ""
    return RedirectResponse(f"/admin/jobs/{job_id}{asked}", status_code=303)


async def _cancelled(request: Request, job_id: UUID) -> str:
    """Ask for the end of a job and return the state that it was in. Raises `Problem`."""
    session = await operator(request)
    await checked(request)
    door = door_of(request)
    state = await door.jobs.cancel(job_id, by=session.user.username, now=door.clock.now())
    if state is None:
        raise Problem("not_found", f"There is no job {job_id}.")
    return state
