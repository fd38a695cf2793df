"""Filling in a title's facts: a person searches, looks at what would change, and takes what is right."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from wellspring_common.errors import Permanent, Throttled, Transient, WellspringError

from ..crawling import WantedPoster
from ..domain.digits import number_in
from ..domain.editing import (
    CHOICES,
    EPISODE_FIELDS,
    FIELDS,
    locked_after,
    parse_changes,
    parse_episode_edit,
)
from ..domain.episodes import FieldError
from ..domain.metadata import SOURCES, Found
from ..domain.nfo_reading import LARGEST_NFO, read_nfo
from ..domain.text import is_storable
from ..door import door_of
from ..metadata import EpisodeEdit, Provider, TitleEdit
from .admin import signed_in
from .editing import held_title, refusal_of, texts_in
from .guards import checked, operator
from .metadata_pages import shown, shown_episode, ways
from .problems import Problem

LONGEST_QUERY = 200
TRIED_AGAIN = 503
_YEAR = re.compile(r"(?:18|19|20|21)[0-9]{2}")
_PICTURE = re.compile(r"[A-Za-z0-9_-]{1,80}(?:/[A-Za-z0-9_-]{1,80}){0,6}\.(?:jpg|jpeg|png|webp)")
_KNOWN = {"not_found", "not_an_id", "forbidden", "throttled", "our_pace", "bad_nfo", "unsafe_nfo"}

router = APIRouter(prefix="/admin", include_in_schema=False)
log = structlog.get_logger(__name__)

TitleId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/titles/{title_id}/metadata")
async def metadata_page(request: Request, title_id: TitleId) -> Response:
    """Show the ways to a title's facts. Nobody is asked yet."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    return await ways(request, await held_title(request, title_id), {}, {})


@router.post("/titles/{title_id}/metadata/search")
async def search(request: Request, title_id: TitleId) -> Response:
    """Ask a provider for titles that may be meant, and list them: a person says which one is."""
    held, form = await _begun(request, title_id)
    provider, fields = _provider(request, form), texts_in(form, ("provider", "query", "kind", "year"))
    query, year = " ".join(fields.get("query", "").split())[:LONGEST_QUERY], fields.get("year", "").strip()
    errors: dict[str, FieldError] = {}
    if not query or not is_storable(query):
        errors["query"] = FieldError("required", "query is missing.")
    if year and _YEAR.fullmatch(year) is None:
        errors["year"] = FieldError("no_whole_number", "year has four digits.")
    if errors:
        return await ways(request, held, fields, errors, status=422)
    try:
        found = await provider.search(query, kind=_kind(fields, held), year=year)
    except WellspringError as error:
        return await _failed(request, held, fields, "query", error)
    return await ways(request, held, fields, {}, candidates=found, searched=True)


@router.post("/titles/{title_id}/metadata/look")
async def look(request: Request, title_id: TitleId) -> Response:
    """Fetch one title's facts by its id, and show what they would change."""
    held, form = await _begun(request, title_id)
    provider, fields = _provider(request, form), texts_in(form, ("provider", "key", "kind"))
    key = fields.get("key", "").strip()
    if not key:
        missing = {"key": FieldError("required", "key is missing.")}
        return await ways(request, held, fields, missing, status=422)
    try:
        found = await provider.fetch(key, kind=_kind(fields, held))
    except WellspringError as error:
        return await _failed(request, held, fields, "key", error)
    return await shown(request, held, found)


@router.post("/titles/{title_id}/metadata/nfo")
async def nfo(request: Request, title_id: TitleId) -> Response:
    """Read an NFO file, and show what it would change."""
    held, form = await _begun(request, title_id)
    sent = form.get("file")
    content = await sent.read(LARGEST_NFO + 1) if isinstance(sent, UploadFile) else b""
    await form.close()
    if not content:
        return await ways(request, held, {}, {"file": FieldError("required", "no file")}, status=422)
    try:
        found = read_nfo(content)
    except Permanent as error:
        return await ways(request, held, {}, {"file": FieldError(error.code, error.message)}, status=422)
    if found.episode is not None:
        return await shown_episode(request, held, found.episode)
    return await shown(request, held, found)


@router.post("/titles/{title_id}/metadata/take")
async def take(request: Request, title_id: TitleId) -> Response:
    """Store the facts that a person ticked. Locked fields stay, whatever was ticked."""
    held, form = await _begun(request, title_id)
    door, source = door_of(request), str(form.get("source") or "")
    if source not in SOURCES:
        raise Problem("invalid", "Say where the facts are from.")
    ticked = [name for name in form.getlist("take") if name in FIELDS and name not in held["locked_fields"]]
    offered = texts_in(form, FIELDS, "found-")
    wanted = {str(name): offered[str(name)] for name in ticked if name in offered}
    changes, errors = parse_changes(wanted, held, vet=door.vet)
    if not errors:
        shut = held["locked_fields"]
        locked = locked_after(shut, shut, changes if form.get("lock") == "true" else ())
        edit = TitleEdit(str(form.get("revision") or ""), changes, locked, source if changes else None)
        try:
            await door.metadata.editing.save(title_id, edit, now=door.clock.now())
        except Permanent as error:
            if error.code == "stale_edit":
                found = Found(source, offered)
                return await shown(request, await held_title(request, title_id), found, conflict=True)
            errors = refusal_of(error)
        else:
            return RedirectResponse(f"/admin/titles/{title_id}?saved=true", status_code=303)
    return await shown(request, held, Found(source, offered), errors=errors)


@router.post("/titles/{title_id}/metadata/take-episode")
async def take_episode(request: Request, title_id: TitleId) -> Response:
    """Store what a person ticked of an episode's facts. Locked fields stay, whatever was ticked."""
    held, form = await _begun(request, title_id)
    door, offered = door_of(request), texts_in(form, EPISODE_FIELDS, "found-")
    given = number_in(str(form.get("episode") or ""))
    if given is None:
        raise Problem("unknown_episode", "There is no such episode.")
    parsed = parse_episode_edit(offered.get("name"), offered.get("aired_at"))
    values = {
        str(name): parsed[str(name)]
        for name in form.getlist("take")
        if name in offered and not isinstance(parsed.get(str(name)), FieldError)
    }
    seen, is_locked = texts_in(form, EPISODE_FIELDS, "seen-"), form.get("lock") == "true"
    edit = EpisodeEdit(given, seen, values, is_locked, is_match=True)
    await door.metadata.editing.save_episodes(held["id"], [edit], now=door.clock.now())
    return RedirectResponse(f"/admin/titles/{title_id}/episodes?saved=true", status_code=303)


@router.get("/metadata/pictures/{provider}/{path:path}")
async def picture(request: Request, provider: str, path: str) -> Response:
    """Send a candidate's small picture, fetched by us: a browser tells the provider nothing."""
    await operator(request)
    metadata = door_of(request).metadata
    known = metadata.providers.get(provider)
    if known is None or _PICTURE.fullmatch(path) is None:
        raise Problem("not_found", "There is no picture at this address.")
    try:
        fetched = await metadata.pictures.fetch(WantedPoster(0, f"{known.images}/{path}", 0))
    except WellspringError as error:
        log.info("metadata.picture_missed", provider=provider, code=error.code)
        raise Problem("not_found", "The provider did not send this picture.") from None
    if fetched.poster is None:
        raise Problem("not_found", "There is no picture at this address.")
    headers = {"Cache-Control": "private, max-age=3600"}
    return Response(fetched.poster.body, media_type=fetched.poster.content_type, headers=headers)


async def _begun(request: Request, title_id: int) -> tuple[dict[str, Any], Any]:
    await operator(request)
    await checked(request)
    return await held_title(request, title_id), await request.form()


def _provider(request: Request, form: Any) -> Provider:
    found = door_of(request).metadata.providers.get(str(form.get("provider") or ""))
    if found is None:
        raise Problem("invalid", "This provider is not switched on here.")
    return found


def _kind(fields: Mapping[str, str], held: Mapping[str, Any]) -> str:
    return fields["kind"] if fields.get("kind") in CHOICES["kind"] else str(held["kind"])


async def _failed(
    request: Request, held: Mapping[str, Any], fields: Mapping[str, str], name: str, error: WellspringError
) -> Response:
    """Say beside the field why a provider had no answer. Its address, and so the key in it, is never said."""
    code = error.code if error.code in _KNOWN else "away" if isinstance(error, Transient) else "garbage"
    log.warning("metadata.failed", provider=fields.get("provider"), code=error.code)
    errors = {name: FieldError(f"metadata_{code}", code)}
    status = TRIED_AGAIN if isinstance(error, Transient) else 422
    response = await ways(request, held, fields, errors, status=status)
    if isinstance(error, Throttled):
        response.headers["Retry-After"] = str(max(1, round(error.retry_after)))
    return response
