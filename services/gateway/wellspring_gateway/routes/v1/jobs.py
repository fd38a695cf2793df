"""The API of jobs: the list, and the same wish once more."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from ...domain.catalogues import parse_wish
from ...domain.documents.jobs import JobAsked, JobKind, Jobs, JobState
from ...domain.documents.texts import HIGHEST_ID
from ...domain.state import Job
from ...door import Door, door_of
from ...holdings import JobFilter
from ...ports.library import Requested
from ..api import full_job
from ..crawls import ask_for_crawl
from ..guards import checked, operator
from ..job_list import jobs_from
from ..problems import Problem
from .answers import ACCEPTED, Cursor, Key, once

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])

Wanted = Annotated[int | None, Query(ge=1, le=HIGHEST_ID)]


@router.get("", response_model=Jobs)
async def jobs(
    request: Request,
    *,
    state: JobState | None = None,
    kind: JobKind | None = None,
    episode_id: Wanted = None,
    title_id: Wanted = None,
    catalogue_id: Wanted = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Cursor = None,
) -> Response:
    """Return jobs, the newest first, page by page: all of them, or those that meet every condition."""
    await operator(request)
    wanted = JobFilter(state, kind, episode_id, title_id, catalogue_id)
    found, following = await jobs_from(door_of(request), wanted, cursor, limit=limit)
    return JSONResponse({"jobs": [full_job(job) for job in found], "next": following})


@router.post(
    "/{job_id}/retry",
    status_code=202,
    response_model=JobAsked,
    responses={
        **ACCEPTED,
        409: {"description": "`job_runs`: it has no end yet. `no_source`: there is nothing to scrape."},
    },
)
async def retry(request: Request, job_id: UUID, key: Key = None) -> Response:
    """Ask for the same once more: a new job, or the one that does it already."""
    session = await operator(request)
    await checked(request)
    door, repeated = door_of(request), once(request, session, key)
    if (kept := await repeated.before()) is not None:
        place = {"Location": f"/api/v1/jobs/{kept[1]['job']['id']}"}
        return JSONResponse(kept[1], status_code=kept[0], headers=place)
    old = await door.jobs.job(job_id)
    if old is None:
        raise Problem("not_found", f"There is no job {job_id}.")
    if old.state in {"queued", "running"}:
        raise Problem("job_runs", "The job has no end yet: cancel it first, or wait.")
    asked = await _again(door, old, by=session.user.username)
    job = await door.jobs.job(asked.job_id)
    if job is None:
        raise Problem("not_found", "What the job was for was deleted meanwhile.")
    body = {"job": job.brief(), "deduplicated": asked.deduplicated}
    await repeated.remember(202, body)
    return JSONResponse(body, status_code=202, headers={"Location": f"/api/v1/jobs/{asked.job_id}"})


async def _again(door: Door, old: Job, *, by: str) -> Requested:
    if old.kind == "crawl":
        wish = parse_wish({"scope": old.scope, **({"query": old.query} if old.query else {})})
        return await ask_for_crawl(door, old.catalogue_id or 0, wish, by=by)
    asked = await door.jobs.request(
        old.episode_id or 0, reason="retry", requested_by=by, now=door.clock.now()
    )
    if asked is None:
        raise Problem("no_source", "Its episode has no source page to scrape any more: add one first.")
    return asked
