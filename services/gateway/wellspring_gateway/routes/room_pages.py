"""The operator's pages of what stands around a picture: marks of a series, and an episode's subtitles."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from wellspring_common.errors import Permanent

from ..domain.documents.watching import Marks, NewSubtitles
from ..domain.episodes import FieldError
from ..domain.marks import FIELDS, WHATS, moment_text, parse_marks
from ..domain.subtitles import ENCODINGS, LARGEST_FILE
from ..domain.titles import EpisodeHead
from ..door import door_of
from ..subtitling import keep_subtitles
from .admin import signed_in
from .compat.importing import form_of
from .editing import errors_of, held_title, texts_in
from .guards import checked, operator
from .problems import Problem
from .view import page

SUBTITLE_FIELDS = ("language", "label", "url", "encoding")

router = APIRouter(prefix="/admin", include_in_schema=False)

_KEYS = {"too_large": "subtitles_too_large", "invalid": "subtitles_url"}

RowId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/titles/{title_id}/marks")
async def title_marks(request: Request, title_id: RowId, saved: bool = False) -> Response:  # noqa: FBT001, FBT002
    """Show where intro and credits of a series lie."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    return await _title_page(request, title_id, saved=saved)


@router.post("/titles/{title_id}/marks")
async def save_title_marks(request: Request, title_id: RowId) -> Response:
    """Store where intro and credits of a series lie."""
    await operator(request)
    await checked(request)
    entered = texts_in(await request.form(), FIELDS)
    marks, errors = parse_marks(entered)
    if marks is None:
        return await _title_page(request, title_id, entered=entered, errors=errors, status=422)
    if await door_of(request).watching.marks.put_title(title_id, marks) is None:
        raise Problem("unknown_title", "There is no such title. It may be in the trash.")
    return RedirectResponse(f"/admin/titles/{title_id}/marks?saved=true", status_code=303)


@router.get("/episodes/{episode_id}")
async def episode_page(request: Request, episode_id: RowId, saved: bool = False) -> Response:  # noqa: FBT001, FBT002
    """Show an episode's subtitles and marks."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    return await _episode_page(request, episode_id, saved=saved)


@router.post("/episodes/{episode_id}/marks")
async def save_episode_marks(request: Request, episode_id: RowId) -> Response:
    """Give an episode marks of its own, or let it have its series's again."""
    await operator(request)
    await checked(request)
    form, store = await request.form(), door_of(request).watching.marks
    if form.get("own") != "true":
        await store.drop_episode(episode_id)
        return RedirectResponse(f"/admin/episodes/{episode_id}?saved=true", status_code=303)
    entered = texts_in(form, FIELDS)
    marks, errors = parse_marks(entered)
    if marks is None:
        shown = {**entered, "own": "true"}
        return await _episode_page(request, episode_id, entered=shown, errors=errors, status=422)
    if await store.put_episode(episode_id, marks) is None:
        raise Problem("unknown_episode", "There is no such episode.")
    return RedirectResponse(f"/admin/episodes/{episode_id}?saved=true", status_code=303)


@router.post("/episodes/{episode_id}/subtitles")
async def add_subtitles(request: Request, episode_id: RowId) -> Response:
    """Keep a subtitle file that was sent, or one that lies elsewhere."""
    await operator(request)
    async with form_of(request):
        form = await request.form(max_part_size=LARGEST_FILE)
        await checked(request)
        return await _add(request, episode_id, form)


async def _add(request: Request, episode_id: int, form: FormData) -> Response:
    entered = texts_in(form, SUBTITLE_FIELDS)
    try:
        new = await _new(form, {name: text.strip() for name, text in entered.items()})
        added = await keep_subtitles(door_of(request), episode_id, new)
    except ValidationError as error:
        # the whole document is wrong where neither a file nor an address was given
        names = {str(each["loc"][0]) if each["loc"] else "file" for each in error.errors()}
        errors = {name: FieldError(f"subtitles_{name}", "This was refused.") for name in sorted(names)}
        return await _episode_page(request, episode_id, entered=entered, errors=errors, status=422)
    except Permanent as error:
        field = "url" if error.code in {"invalid", "bad_subtitles"} else "file"
        errors = {field: FieldError(_KEYS.get(error.code, error.code), error.message)}
        return await _episode_page(request, episode_id, entered=entered, errors=errors, status=422)
    if added is None:
        raise Problem("unknown_episode", "There is no such episode.")
    return RedirectResponse(f"/admin/episodes/{episode_id}?saved=true", status_code=303)


@router.post("/episodes/{episode_id}/subtitles/{subtitles_id}/remove")
async def remove_subtitles(request: Request, episode_id: RowId, subtitles_id: RowId) -> Response:
    """Delete subtitles."""
    await operator(request)
    await checked(request)
    await door_of(request).watching.subtitles.remove(subtitles_id)
    return RedirectResponse(f"/admin/episodes/{episode_id}?saved=true", status_code=303)


async def _new(form: FormData, texts: Mapping[str, str]) -> NewSubtitles:
    """Return what the form says. A file that was chosen counts before an address."""
    values: dict[str, Any] = {name: text for name, text in texts.items() if text}
    values["language"] = texts.get("language", "")
    file = form.get("file")
    body = await file.read(LARGEST_FILE + 1) if isinstance(file, UploadFile) else b""
    if not body:
        return NewSubtitles.model_validate(values)
    if len(body) > LARGEST_FILE:
        raise Permanent("This file is too large.", code="too_large")
    values.pop("url", None)
    return NewSubtitles.of_file(body, values)


async def _title_page(
    request: Request,
    title_id: int,
    *,
    entered: Mapping[str, str] | None = None,
    errors: Mapping[str, FieldError] | None = None,
    saved: bool = False,
    status: int = 200,
) -> Response:
    held = await held_title(request, title_id)
    marks = await door_of(request).watching.marks.of_title(title_id)
    context = {
        "title": held,
        "form": entered if entered is not None else _texts(marks),
        "errors": errors_of(errors or {}),
        "saved": saved,
    }
    return await page(request, "admin/title_marks.html", context, status=status)


async def _episode_page(
    request: Request,
    episode_id: int,
    *,
    entered: Mapping[str, str] | None = None,
    errors: Mapping[str, FieldError] | None = None,
    saved: bool = False,
    status: int = 200,
) -> Response:
    door = door_of(request)
    head: EpisodeHead | None = await door.states.head(episode_id)
    if head is None:
        raise Problem("unknown_episode", "There is no such episode.")
    marks = await door.watching.marks.of_episode(episode_id)
    own = {"own": "true"} if marks is not None and marks.of == "episode" else {}
    context = {
        "title": await held_title(request, head.title_id),
        "episode": {"id": head.id, "season": head.season, "number": head.number, "name": head.name},
        "subtitles": await door.watching.subtitles.of_episode(episode_id) or [],
        "encodings": ENCODINGS,
        "form": {**_texts(marks), **own, **(entered or {})},
        "errors": errors_of(errors or {}),
        "saved": saved,
    }
    return await page(request, "admin/episode_room.html", context, status=status)


def _texts(marks: Marks | None) -> dict[str, str]:
    texts = dict.fromkeys(FIELDS, "")
    for what in WHATS:
        stretch = getattr(marks, what) if marks is not None else None
        if stretch is not None:
            texts |= {
                f"{what}_start": moment_text(stretch.start_s),
                f"{what}_end": moment_text(stretch.end_s),
            }
    return texts
