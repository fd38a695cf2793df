"""The API of looks at links on demand."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from ..domain.documents.probes import ProbeAsked, ProbeRun, ProbeRuns
from ..domain.probing import ProbeFilter
from ..door import Door, door_of
from .guards import checked, operator
from .problems import Problem
from .v1.answers import ACCEPTED, Key

router = APIRouter(prefix="/api/v1/probes", tags=["probes"])


@router.post(
    "",
    status_code=202,
    response_model=ProbeAsked,
    responses={
        **ACCEPTED,
        404: {"description": "`unknown_title` or `unknown_episode`: the filter names none of ours."},
    },
)
async def probe(request: Request, wanted: ProbeFilter, key: Key = None) -> Response:
    """Look at links now: all, or those that meet every condition given.

    `limit`, `older_than_hours` (since the last look), `timeout_s` (of one look, at most 60), `host` (or the
    server's key), `title` (a slug), `episode_id`. Asked again with the same `Idempotency-Key` it returns the
    run of the first time.
    """
    session = await operator(request)
    await checked(request)
    door = door_of(request)
    asked = await door.upkeep.probes.request(wanted, by=session.user.username, now=door.clock.now(), key=key)
    found = (await run_of(door, asked.job_id)).model_dump(mode="json", exclude_unset=True)
    headers = {"Location": f"/api/v1/probes/{asked.job_id}"}
    return JSONResponse({**found, "deduplicated": asked.deduplicated}, status_code=202, headers=headers)


@router.get("", response_model_exclude_unset=True)
async def runs(request: Request, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> ProbeRuns:
    """Return the newest runs, and what is known of hosts that fail and of our own network."""
    await operator(request)
    door = door_of(request)
    now = door.clock.now()
    health = await door.upkeep.hosts.now(now)
    return ProbeRuns.model_validate(
        {
            "runs": [_shown(each) for each in await door.upkeep.probes.recent(limit, now=now)],
            "hosts": health.hosts,
            "own_network": health.network,
        }
    )


@router.get("/{run_id}", response_model_exclude_unset=True)
async def run(request: Request, run_id: UUID) -> ProbeRun:
    """Return a run as far as it has come: what was found by reason, and states before and after."""
    await operator(request)
    return await run_of(door_of(request), run_id)


async def run_of(door: Door, run_id: UUID) -> ProbeRun:
    """Return a run. Raises `Problem` with `not_found`."""
    found = await door.upkeep.probes.one(run_id)
    if found is None:
        raise Problem("not_found", f"There is no run {run_id}. Runs are kept for 30 days.")
    return _shown(found)


def _shown(run: dict[str, Any]) -> ProbeRun:
    return ProbeRun.model_validate({**run, "id": str(run["id"])})
