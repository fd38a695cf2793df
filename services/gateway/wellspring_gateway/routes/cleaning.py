"""The API of the clean-up."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict

from ..domain.cleaning import Rules
from ..domain.documents.upkeep import CleanRun as CleanRunDocument
from ..domain.documents.upkeep import CleanRuns, CleanUndone
from ..door import Door, door_of
from ..upkeep import CleanRun
from .guards import checked, operator
from .problems import Problem
from .v1.answers import PLACE, Key, once

MOST_MARKS = 500

router = APIRouter(prefix="/api/v1/clean", tags=["clean-up"])


class Wish(BaseModel):
    """What a person wants of a run."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = False


@router.get("")
async def runs(request: Request, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> CleanRuns:
    """Return the newest runs, and the titles that are marked now."""
    await operator(request)
    door = door_of(request)
    return CleanRuns.model_validate(
        {
            "runs": [_shown(one) for one in await door.upkeep.cleaning.recent(limit)],
            "marks": await door.upkeep.cleaning.marks(MOST_MARKS),
            "interval_hours": door.tunables.current.clean_interval_hours,
            "grace_hours": door.tunables.current.clean_grace_hours,
        }
    )


@router.post(
    "",
    response_model=CleanRunDocument,
    responses={
        201: {"description": "A run that was no rehearsal.", "model": CleanRunDocument, "headers": PLACE},
        409: {"description": "`breaker_open`: hosts fail right now, so that nothing can be said of titles."},
    },
)
async def clean(request: Request, wish: Wish | None = None, key: Key = None) -> Response:
    """Mark titles that have nothing left to play, and move those to the trash whose mark is old enough.

    With `dry_run` it only says what it would do. While a breaker is open it answers 409 with `breaker_open`.
    """
    session = await operator(request)
    await checked(request)
    door, dry = door_of(request), wish is not None and wish.dry_run
    repeated = once(request, session, key, wish)
    if (kept := await repeated.before()) is not None:
        return _ran(kept[1])
    run = await door.upkeep.cleaning.run(
        rules_of(door), by=session.user.username, dry=dry, now=door.clock.now()
    )
    if run.id is None:
        return JSONResponse(_shown(run).model_dump(mode="json"))
    shown = _shown(run).model_dump(mode="json")
    await repeated.remember(201, shown)
    return _ran(shown)


@router.get("/{run_id}")
async def one(request: Request, run_id: UUID) -> CleanRunDocument:
    """Return a run with the titles that it moved to the trash and that are still there."""
    await operator(request)
    return _shown(await _run(request, run_id))


@router.post("/{run_id}/undo")
async def undo(request: Request, run_id: UUID) -> CleanUndone:
    """Restore everything that a run moved to the trash and that is still there."""
    session = await operator(request)
    await checked(request)
    door = door_of(request)
    restored = await door.upkeep.cleaning.undo(run_id, by=session.user.username, now=door.clock.now())
    if restored is None:
        raise Problem("not_found", f"There is no run {run_id}.")
    run = _shown(await _run(request, run_id))
    return CleanUndone.model_validate({**vars(run), "restored": restored})


def rules_of(door: Door) -> Rules:
    """Return the rules that the settings make."""
    return Rules(grace=timedelta(hours=door.tunables.current.clean_grace_hours))


def _ran(shown: Mapping[str, Any]) -> Response:
    return JSONResponse(shown, status_code=201, headers={"Location": f"/api/v1/clean/{shown['id']}"})


async def _run(request: Request, run_id: UUID) -> CleanRun:
    found = await door_of(request).upkeep.cleaning.one(run_id)
    if found is None:
        raise Problem("not_found", f"There is no run {run_id}. Runs are kept for 400 days.")
    return found


def _shown(run: CleanRun) -> CleanRunDocument:
    said = {**vars(run), "id": str(run.id) if run.id is not None else None, "dry_run": run.id is None}
    return CleanRunDocument.model_validate(said)
