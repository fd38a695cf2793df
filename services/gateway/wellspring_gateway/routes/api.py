"""The API: episodes, their links, jobs and settings."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from wellspring_common.tunables import Tunables

from ..domain.budgets import Budget
from ..domain.documents.jobs import Job as JobDocument
from ..domain.documents.jobs import JobAsked, JobBrief
from ..domain.documents.links import LiveState
from ..domain.documents.settings import SettingsEdit, SettingsNow
from ..domain.scopes import Scope
from ..domain.state import Job
from ..door import door_of
from ..force import Refused, force_scrape
from .carried import carrier_for
from .deeds import told
from .guards import admin, checked, operator, seeker, within
from .problems import RETRY_AFTER, Problem, problem_response
from .ready import ready_response
from .v1.answers import ACCEPTED, Key, once
from .view import session_of

router = APIRouter(prefix="/api/v1")

EpisodeId = Annotated[int, Path(ge=1, lt=2**63)]
_OPERATORS_ONLY = (
    "kind",
    "episode_id",
    "catalogue_id",
    "scope",
    "query",
    "lane",
    "reason",
    "requested_by",
    "cancelled_by",
    "attempts",
    "counts",
    "problems",
    "browser",
)


@router.get("/episodes/{episode_id}/live-state", tags=["episodes"], response_model=LiveState)
async def live_state(request: Request, episode_id: EpisodeId) -> Response:
    """Return the links of an episode in the order in which they are offered, with its job and cooldown."""
    ready = await door_of(request).states.live_state(episode_id, carrier_for(request))
    if ready is None:
        raise Problem("unknown_episode", f"There is no episode {episode_id}.")
    return ready_response(request, ready)


@router.post(
    "/episodes/{episode_id}/scrape",
    tags=["episodes"],
    status_code=202,
    response_model=JobAsked,
    responses={
        **ACCEPTED,
        409: {
            "description": "`cooldown`: not yet. `no_source`: there is no page to read.",
            "headers": {"Retry-After": RETRY_AFTER},
        },
    },
)
async def scrape(request: Request, episode_id: EpisodeId, key: Key = None) -> Response:
    """Find the links of an episode now. A scrape that runs already answers for a second one."""
    await checked(request)
    door = door_of(request)
    session = await seeker(request)
    await within(request, Budget.SCRAPE)
    repeated = once(request, session, key)
    if (kept := await repeated.before()) is not None:
        return _asked(kept[1])
    who = session.user.username if session else "viewer"
    answer = await force_scrape(door, episode_id, requested_by=who)
    if answer is None:
        raise Problem("unknown_episode", f"There is no episode {episode_id}.")
    if isinstance(answer, Refused):
        members: dict[str, Any] = {}
        if answer.allowed_at is not None:
            wait = (answer.allowed_at - door.clock.now()).total_seconds()
            members = {"retry_at": answer.allowed_at.isoformat(), "retry_after": wait}
        return problem_response(answer.code, answer.detail, members=members)
    job = await door.jobs.job(answer.job_id)
    if job is None:
        raise Problem("unknown_episode", f"There is no episode {episode_id} any more.")
    body = {"job": job.brief(), "deduplicated": answer.deduplicated}
    await repeated.remember(202, body)
    return _asked(body)


def _asked(body: dict[str, Any]) -> Response:
    return JSONResponse(body, status_code=202, headers={"Location": f"/api/v1/jobs/{body['job']['id']}"})


@router.get("/jobs/{job_id}", tags=["jobs"], response_model=JobDocument | JobBrief)
async def job(request: Request, job_id: UUID) -> Response:
    """Return a job: what a viewer may know, and to an operator all of it."""
    found = await door_of(request).jobs.job(job_id)
    if found is None:
        raise Problem("not_found", f"There is no job {job_id}.")
    session = await session_of(request)
    if session is None or not session.may(Scope.OPERATE):
        return JSONResponse(found.brief())
    return JSONResponse(full_job(found))


def full_job(job: Job) -> dict[str, Any]:
    """Return all of a job, for operators."""
    return {**job.brief(), **{name: getattr(job, name) for name in _OPERATORS_ONLY}}


@router.get("/settings", tags=["settings"])
async def settings(request: Request) -> SettingsNow:
    """Return the run-time settings."""
    await operator(request)
    copy = await door_of(request).runtime_settings.load()
    return SettingsNow(revision=copy.revision, values=copy.values)


@router.patch("/settings", tags=["settings"])
async def change_settings(request: Request, values: SettingsEdit) -> SettingsNow:
    """Change some run-time settings: services follow within a second."""
    session = await admin(request)
    await checked(request)
    door = door_of(request)
    unknown = sorted(set(values) - set(Tunables.model_fields))
    if unknown or not values:
        known = ", ".join(sorted(Tunables.model_fields))
        raise Problem("invalid", f"Unknown settings: {', '.join(unknown) or 'none given'}. Known: {known}.")
    try:
        copy = await door.runtime_settings.change(values, by=session.user.id, now=door.clock.now())
    except ValidationError as error:
        wrong = [{"field": str(each["loc"][0]), "detail": each["msg"]} for each in error.errors()]
        detail = "; ".join(f"{each['field']}: {each['detail']}" for each in wrong)
        raise Problem("invalid", detail, errors=wrong) from None
    told(request, "settings.changed", ", ".join(sorted(values)), **values)
    return SettingsNow(revision=copy.revision, values=copy.values)
