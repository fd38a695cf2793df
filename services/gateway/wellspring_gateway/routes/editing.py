"""The operator's pages to edit a title and its episodes."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from wellspring_common.errors import Permanent

from ..domain.digits import number_in
from ..domain.editing import (
    CHOICES,
    EPISODE_FIELDS,
    FIELDS,
    locked_after,
    parse_changes,
    parse_episode_edit,
    text_of,
    texts_of,
)
from ..domain.episodes import FieldError
from ..domain.pictures import poster_address
from ..door import door_of
from ..metadata import EpisodeEdit, TitleEdit
from .admin import signed_in
from .guards import checked, operator
from .problems import Problem
from .view import page, start_of

EPISODES_SHOWN = 50
FARTHEST = 1_000_000

router = APIRouter(prefix="/admin/titles", include_in_schema=False)

TitleId = Annotated[int, Path(ge=1, lt=2**63)]


async def held_title(request: Request, title_id: int) -> dict[str, Any]:
    """Return a title with its revision and picture. Raises `Problem` where there is none."""
    held = await door_of(request).metadata.editing.one(title_id)
    if held is None:
        raise Problem("unknown_title", "There is no such title. It may be in the trash.")
    return {**held, "shown_poster": poster_address(held["id"], held["poster"])}


def texts_in(form: FormData, names: Iterable[str], prefix: str = "") -> dict[str, str]:
    """Return those fields of a form that are texts."""
    found = {name: form.get(f"{prefix}{name}") for name in names}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def errors_of(errors: Mapping[str, FieldError]) -> dict[str, Any]:
    """Return field errors as pages say them."""
    return {name: {"key": error.key, "params": error.params} for name, error in errors.items()}


def refusal_of(error: Permanent) -> dict[str, FieldError]:
    """Return which field a refused save is about. Raises the error again where it is about none."""
    if error.code == "title_exists":
        return {"title": FieldError("title_exists", error.message)}
    if error.code == "id_taken" and error.message in FIELDS:
        return {error.message: FieldError("id_taken", "Another title has this id.")}
    raise error


@router.get("/{title_id}")
async def title_page(request: Request, title_id: TitleId, saved: bool = False) -> Response:  # noqa: FBT001, FBT002  (of the query)
    """Show every field of a title with what is locked."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    held = await held_title(request, title_id)
    return await _form(request, held, texts_of(held), held["locked_fields"], {}, saved=saved)


@router.post("/{title_id}")
async def save(request: Request, title_id: TitleId) -> Response:
    """Store what an operator changed, and lock it. What somebody else changed meanwhile is shown first."""
    await operator(request)
    await checked(request)
    door, form = door_of(request), await request.form()
    held, entered = await held_title(request, title_id), texts_in(form, FIELDS)
    ticked = [name for name in form.getlist("lock") if name in FIELDS and isinstance(name, str)]
    changes, errors = parse_changes(entered, held, vet=door.vet)
    locked, status = locked_after(held["locked_fields"], ticked, changes), 422
    if not errors:
        edit = TitleEdit(str(form.get("revision") or ""), changes, locked)
        try:
            await door.metadata.editing.save(title_id, edit, now=door.clock.now())
        except Permanent as error:
            if error.code == "stale_edit":
                return await _conflict(request, title_id, {**texts_of(held), **entered}, ticked)
            errors, status = refusal_of(error), 409
        else:
            return RedirectResponse(f"/admin/titles/{title_id}?saved=true", status_code=303)
    # what was seen stays the base of the next try
    seen = {**held, "revision": str(form.get("revision") or "")}
    return await _form(request, seen, {**texts_of(held), **entered}, ticked, errors, status=status)


@router.get("/{title_id}/episodes")
async def episodes_page(
    request: Request,
    title_id: TitleId,
    offset: str = "0",
    saved: bool = False,  # noqa: FBT001, FBT002  (of the query)
) -> Response:
    """Show names and days of a title's episodes."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    return await _episodes(request, title_id, start_of(offset, farthest=FARTHEST), saved=saved)


@router.post("/{title_id}/episodes")
async def save_episodes(request: Request, title_id: TitleId) -> Response:
    """Store changed episodes, all or none, and lock what was changed."""
    await operator(request)
    await checked(request)
    door, form = door_of(request), await request.form()
    start = start_of(str(form.get("offset") or "0"), farthest=FARTHEST)
    edits: list[EpisodeEdit] = []
    errors: dict[str, FieldError] = {}
    for episode_id in _ids(form):
        edit, wrong = _edit(form, episode_id)
        errors |= {f"{name}-{episode_id}": error for name, error in wrong.items()}
        edits += [edit] if edit is not None else []
    if errors:
        return await _episodes(request, title_id, start, errors=errors, entered=form, status=422)
    try:
        await door.metadata.editing.save_episodes(title_id, edits, now=door.clock.now())
    except Permanent as error:
        if error.code != "stale_edit":
            raise
        return await _episodes(request, title_id, start, conflict=True, status=409)
    return RedirectResponse(f"/admin/titles/{title_id}/episodes?offset={start}&saved=true", status_code=303)


async def _conflict(
    request: Request, title_id: int, entered: dict[str, str], ticked: Iterable[str]
) -> Response:
    """Show what was entered beside what somebody else stored: the next save is based on that."""
    now = await held_title(request, title_id)
    theirs = {name: value for name, value in texts_of(now).items() if value != _plain(entered[name])}
    return await _form(request, now, entered, ticked, {}, theirs=theirs, status=409)


async def _form(
    request: Request,
    held: Mapping[str, Any],
    texts: Mapping[str, str],
    locked: Iterable[str],
    errors: Mapping[str, FieldError],
    *,
    saved: bool = False,
    theirs: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    context = {
        "title": held,
        "form": texts,
        "locked": sorted(locked),
        "errors": errors_of(errors),
        "choices": CHOICES,
        "theirs": theirs,
        "saved": saved,
    }
    return await page(request, "admin/title_edit.html", context, status=status)


async def _episodes(
    request: Request,
    title_id: int,
    start: int,
    *,
    errors: Mapping[str, FieldError] | None = None,
    entered: FormData | None = None,
    conflict: bool = False,
    saved: bool = False,
    status: int = 200,
) -> Response:
    held = await held_title(request, title_id)
    editing = door_of(request).metadata.editing
    total, rows = await editing.episodes(title_id, limit=EPISODES_SHOWN, offset=start)
    context = {
        "title": held,
        "episodes": [_row(row, entered) for row in rows],
        "errors": errors_of(errors or {}),
        "offset": start,
        "total": total,
        "before": max(start - EPISODES_SHOWN, 0) if start else None,
        "after": start + EPISODES_SHOWN if start + EPISODES_SHOWN < total else None,
        "conflict": conflict,
        "saved": saved,
    }
    return await page(request, "admin/title_episodes.html", context, status=status)


def _row(row: Mapping[str, Any], entered: FormData | None) -> dict[str, Any]:
    seen = {name: text_of(row[name]) for name in EPISODE_FIELDS}
    shown = {**seen, "locked": bool(row["locked_fields"])}
    if entered is not None:
        for name in EPISODE_FIELDS:
            if isinstance(value := entered.get(f"{name}-{row['id']}"), str):
                shown[name] = value
        shown["locked"] = str(row["id"]) in entered.getlist("lock")
    return {**row, "seen": seen, "shown": shown}


def _ids(form: FormData) -> list[int]:
    found = [key.removeprefix("name-") for key in form if key.startswith("name-")]
    numbers = [number for one in found if (number := number_in(one)) is not None]
    return numbers[:EPISODES_SHOWN]


def _edit(form: FormData, episode_id: int) -> tuple[EpisodeEdit | None, Mapping[str, FieldError]]:
    """Return what a row changes, nothing where it is as it was seen, and what is wrong with it."""
    entered = {name: _plain(form.get(f"{name}-{episode_id}")) for name in EPISODE_FIELDS}
    seen = {name: str(form.get(f"seen-{name}-{episode_id}") or "") for name in EPISODE_FIELDS}
    is_locked = str(episode_id) in form.getlist("lock")
    was_locked = form.get(f"seen-lock-{episode_id}") == "true"
    parsed = parse_episode_edit(entered["name"], entered["aired_at"])
    changed = {name for name in EPISODE_FIELDS if entered[name] != seen[name]}
    wrong = {
        name: error for name, error in parsed.items() if name in changed and isinstance(error, FieldError)
    }
    if wrong or (not changed and is_locked == was_locked):
        return None, wrong
    values = {name: parsed[name] for name in changed if name in parsed}
    return EpisodeEdit(episode_id, seen, values, is_locked), {}


def _plain(given: Any) -> str:
    return str(given or "").replace("\r\n", "\n").strip()
