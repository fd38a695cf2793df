"""Ending jobs that nobody wants any more, by program and by button."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from ..domain.digits import number_in
from ..domain.documents.jobs import JobAnswer
from ..door import door_of
from ..holdings import JobFilter
from .admin import of_episode, signed_in
from .guards import checked, operator
from .job_list import jobs_from
from .problems import Problem
from .view import from_cursor, page, with_query

LIVE = frozenset({"queued", "running"})
JOB_STATES = ("queued", "running", "succeeded", "partial", "failed", "cancelled")
PAGE, SHOWN = "/admin/jobs", 50
LISTS = {"list": "/admin#jobs-title", "jobs": PAGE}
"""Where a button stands beside its job."""

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


@router.get("/admin/jobs", include_in_schema=False)
async def jobs_page(request: Request, cursor: str = "", state: str = "", catalogue: str = "") -> Response:
    """Show the jobs that are kept, the newest first: all, those of one state, or of one catalogue."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    door, chosen = door_of(request), state if state in JOB_STATES else None
    wanted = JobFilter(state=chosen, catalogue_id=number_in(catalogue))
    found, following = await from_cursor(lambda place: jobs_from(door, wanted, place, limit=SHOWN), cursor)
    heads = await door.holdings.jobs.heads(found)
    of_catalogue = str(wanted.catalogue_id or "")
    asked = {"state": chosen or "", "catalogue": of_catalogue}
    context = {
        "jobs": [{**vars(job), **of_episode(heads.get(job.episode_id or 0))} for job in found],
        "states": {name: with_query(PAGE, state=name, catalogue=of_catalogue) for name in ("", *JOB_STATES)},
        "chosen": asked["state"],
        "later": bool(cursor),
        "next_url": with_query(PAGE, **asked, cursor=following) if following else None,
    }
    return await page(request, "admin/jobs.html", context)


@router.post("/admin/jobs/{job_id}/cancel", include_in_schema=False)
async def cancel_by_button(request: Request, job_id: UUID) -> Response:
    """End a job and return to where the button was."""
    state = await _cancelled(request, job_id)
    if (place := LISTS.get(str((await request.form()).get("back")))) is not None:
        return RedirectResponse(place, status_code=303)
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
