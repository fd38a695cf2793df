"""The operator's pages of channels: what they took, whether they answer, and the forms to change them."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from wellspring_common.uploading import (
    ChangeTarget,
    Done,
    Question,
    SaveTarget,
    TargetRef,
    TargetSaved,
    Tested,
)

from ..domain.digits import number_in
from ..domain.target_form import GENERATIONS, KINDS, LIMITS, filled, fresh, refused, stored
from ..domain.target_limits import day_of, mark_of
from ..domain.upload_form import CATEGORIES, Filled
from ..door import door_of
from ..publishing import TargetRow
from .admin import signed_in
from .guards import admin, checked, operator
from .problems import Problem, status_of
from .uploads import asked, wished
from .view import page

router = APIRouter(prefix="/admin/targets", include_in_schema=False)


@router.get("")
async def targets_page(request: Request, tested: str = "", saved: str = "") -> Response:
    """Show the channels."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    now = door_of(request).clock.now()
    rows = await door_of(request).publishing.book.targets(now=now)
    shown = [{**_shown(row), "waits": row.quota_until is not None and row.quota_until > now} for row in rows]
    context = {"targets": shown, "tested": number_in(tested), "saved": number_in(saved), "kinds": KINDS}
    return await page(request, "admin/targets.html", context)


@router.get("/new")
async def new_page(request: Request, kind: str = "dailymotion") -> Response:
    """Show an empty form for a channel of a kind."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    await admin(request)
    return await _form(request, None, _kind(kind), fresh(kind))


@router.post("/new")
async def add(request: Request) -> Response:
    """Add a channel, and test it at once."""
    fields = await _sent(request)
    kind = _kind(fields.get("kind", ""))
    return await _save(request, None, kind, filled(kind, fields))


@router.get("/{target_id}")
async def target_page(request: Request, target_id: str) -> Response:
    """Show the form of a channel, filled in with all but its secrets."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    await admin(request)
    row = await _row(request, target_id)
    return await _form(request, row, row.kind, stored(row.kind, row.name, row.interval_s, row.settings))


@router.post("/{target_id}")
async def change(request: Request, target_id: str) -> Response:
    """Change a channel."""
    fields = await _sent(request)
    row = await _row(request, target_id)
    return await _save(request, row, row.kind, filled(row.kind, fields, before=row.settings))


@router.post("/{target_id}/test")
async def test(request: Request, target_id: str) -> Response:
    """Ask the platform who we are there. What it said is stored with the channel."""
    session = await operator(request)
    await checked(request)
    ref = wished(TargetRef, target_id=target_id, asked_by=session.user.username)
    await asked(request, Question.TEST_TARGET, ref, Tested)
    return RedirectResponse(f"/admin/targets?tested={ref.target_id}#target-{ref.target_id}", status_code=303)


@router.post("/{target_id}/remove")
async def remove(request: Request, target_id: str) -> Response:
    """Forget a channel that no series goes to."""
    session = await admin(request)
    await checked(request)
    ref = wished(TargetRef, target_id=target_id, asked_by=session.user.username)
    await asked(request, Question.REMOVE_TARGET, ref, Done)
    return RedirectResponse("/admin/targets", status_code=303)


@router.post("/{target_id}/{action}")
async def decide(request: Request, target_id: str, action: str) -> Response:
    """Pause a channel, or let it go on."""
    session = await operator(request)
    await checked(request)
    wish = wished(ChangeTarget, target_id=target_id, action=action, asked_by=session.user.username)
    await asked(request, Question.CHANGE_TARGET, wish, Done)
    return RedirectResponse(f"/admin/targets#target-{wish.target_id}", status_code=303)


async def _sent(request: Request) -> dict[str, str]:
    await admin(request)
    await checked(request)
    return {name: str(value) for name, value in (await request.form()).items()}


async def _save(request: Request, row: TargetRow | None, kind: str, form: Filled) -> Response:
    session = await admin(request)
    if form.errors:
        return await _form(request, row, kind, form, status=422)
    target_id = None if row is None else row.id
    wish = wished(SaveTarget, **form.wish, target_id=target_id, asked_by=session.user.username)
    try:
        found = await asked(request, Question.SAVE_TARGET, wish, TargetSaved)
    except Problem as problem:
        told = refused(problem.code, problem.members.get("errors", ()))
        refusal = {"code": problem.code, "detail": problem.message} if told is None else None
        again = Filled(form.fields, told or {})
        return await _form(request, row, kind, again, refusal=refusal, status=status_of(problem))
    return RedirectResponse(
        f"/admin/targets?saved={found.target_id}#target-{found.target_id}", status_code=303
    )


async def _form(
    request: Request,
    row: TargetRow | None,
    kind: str,
    form: Filled,
    *,
    refusal: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    context = {
        "target": None if row is None else _shown(row),
        "kind": kind,
        "form": form.fields,
        "errors": {name: {"key": error, "params": {}} for name, error in form.errors.items()},
        "refusal": refusal,
        "generations": GENERATIONS,
        "limits": LIMITS,
        "categories": CATEGORIES,
    }
    return await page(request, "admin/target.html", context, status=status)


def _shown(row: TargetRow) -> dict[str, Any]:
    """Return a channel with how it is, its limits, and how much of a day's it has used."""
    tested = row.test_result if row.tested_at is not None else None
    day = day_of(row.kind, row.settings, tested, videos=row.used_videos, minutes=row.used_minutes)
    return {**vars(row), **day, "status": mark_of(row.state, row.state_reason, tested)}


def _kind(said: str) -> str:
    if said not in KINDS:
        raise Problem("not_found", "There are no channels of this kind.")
    return said


async def _row(request: Request, target_id: str) -> TargetRow:
    number, door = number_in(target_id), door_of(request)
    for row in await door.publishing.book.targets(now=door.clock.now()):
        if row.id == number:
            return row
    raise Problem("target_not_found", "There is no channel at this address.")
