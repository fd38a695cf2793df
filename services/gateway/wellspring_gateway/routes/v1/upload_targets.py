"""The API of channels to publish on. Secrets go in and never come out."""

from fastapi import APIRouter, Request

from wellspring_common.uploading import (
    ChangeTarget,
    Done,
    Question,
    SaveTarget,
    TargetRef,
    TargetSaved,
    Tested,
)

from ...domain.documents.uploads import Target, TargetChange, TargetForm, TargetMade, Targets, TargetTest
from ...door import door_of
from ..guards import admin, checked, operator
from ..uploads import REFUSED, asked
from .answers import IdInPath

router = APIRouter(prefix="/api/v1/upload-targets", tags=["uploads"])


@router.get("")
async def targets(request: Request) -> Targets:
    """Return the channels by name, with what they took within the last 24 hours."""
    await operator(request)
    door = door_of(request)
    rows = await door.publishing.book.targets(now=door.clock.now())
    return Targets(targets=[Target.model_validate(row) for row in rows])


@router.post("", status_code=201, responses=REFUSED)
async def add(request: Request, form: TargetForm) -> TargetMade:
    """Add a channel. Only an admin may."""
    return await _save(request, None, form)


@router.put("/{target_id}", responses=REFUSED)
async def change(request: Request, target_id: IdInPath, form: TargetForm) -> TargetMade:
    """Change a channel. Secrets that are left out stay. Only an admin may."""
    return await _save(request, target_id, form)


@router.delete("/{target_id}", status_code=204, responses=REFUSED)
async def remove(request: Request, target_id: IdInPath) -> None:
    """Forget a channel that no series goes to. Only an admin may."""
    session = await admin(request)
    await checked(request)
    wish = TargetRef(target_id=target_id, asked_by=session.user.username)
    await asked(request, Question.REMOVE_TARGET, wish, Done)


@router.post("/{target_id}/change", responses=REFUSED)
async def pause(request: Request, target_id: IdInPath, wanted: TargetChange) -> TargetMade:
    """Pause a channel, or let it go on after a look at what held it."""
    session = await operator(request)
    await checked(request)
    wish = ChangeTarget(target_id=target_id, action=wanted.action, asked_by=session.user.username)
    await asked(request, Question.CHANGE_TARGET, wish, Done)
    return TargetMade(target_id=target_id)


@router.post("/{target_id}/test", responses=REFUSED)
async def test(request: Request, target_id: IdInPath) -> TargetTest:
    """Ask the platform who we are there and what we may do. Nothing is uploaded."""
    session = await operator(request)
    await checked(request)
    wish = TargetRef(target_id=target_id, asked_by=session.user.username)
    return TargetTest.model_validate(await asked(request, Question.TEST_TARGET, wish, Tested))


async def _save(request: Request, target_id: int | None, form: TargetForm) -> TargetMade:
    session = await admin(request)
    await checked(request)
    wish = SaveTarget(
        target_id=target_id,
        name=form.name,
        kind=form.kind,
        settings=form.settings,
        secrets=form.secrets,
        interval_s=form.interval_s,
        asked_by=session.user.username,
    )
    found = await asked(request, Question.SAVE_TARGET, wish, TargetSaved)
    return TargetMade(target_id=found.target_id)
