"""The page where an operator imports a CSV file: first what would happen, then the import."""

import base64
import binascii
import secrets
import zlib
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from ..domain.importing import LARGEST_FILE, FileRefusedError, Mistake, Table
from ..domain.titles import label_of
from ..door import door_of
from ..importing import Imported, import_table, opened, preview
from .admin import signed_in
from .compat.importing import form_of
from .deeds import told
from .guards import checked, operator
from .view import page

SHOWN_ROWS = 10
SHOWN_MISTAKES = 100
LARGEST_FIELD = 8 * 1024 * 1024
"""A held file: packed, and in letters."""

router = APIRouter(prefix="/admin/import", include_in_schema=False)


@router.get("")
async def import_form(request: Request) -> Response:
    """Show the form."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    return await _page(request, {})


@router.post("")
async def import_file(request: Request) -> Response:
    """Show what an import would do; sent again from there, do it."""
    await operator(request)
    async with form_of(request):
        return await _answer(request)


async def _answer(request: Request) -> Response:
    # the first to read the form decides how much of it may be one field
    form = await request.form(max_part_size=LARGEST_FIELD)
    await checked(request)
    held = form.get("held")
    try:
        if isinstance(held, str) and held:
            return await _import(request, _unpacked(held), str(form.get("idempotency_key") or "") or None)
        file = _chosen(form.get("file"))
        return await _preview(request, await file.read(LARGEST_FILE + 1), file.filename or "")
    except FileRefusedError as error:
        return await _page(request, {"refused": {"key": error.key, "params": error.params}}, status=422)


async def _preview(request: Request, body: bytes, name: str) -> Response:
    door, table = door_of(request), await opened(body)
    found = await preview(door, table, shown=SHOWN_ROWS)
    packed = base64.urlsafe_b64encode(zlib.compress(body)).decode()
    shown: dict[str, Any] = {
        "name": name[:100],
        "new": found.new,
        "existing": found.existing,
        "rows": [
            {
                "line": row.line,
                "show": row.episode.show,
                "label": label_of(
                    kind=row.episode.kind, season=row.episode.season, number=row.episode.number
                ),
                "qualities": [source.quality for source in row.episode.sources],
            }
            for row in found.first
        ],
        "held": packed if found.new and len(packed) <= LARGEST_FIELD else None,
        "too_long": len(packed) > LARGEST_FIELD,
        "idempotency_key": secrets.token_urlsafe(16),
        **_mistakes(found.mistakes, table),
    }
    return await _page(request, {"preview": shown})


async def _import(request: Request, body: bytes, key: str | None) -> Response:
    table = await opened(body)
    found: Imported = await import_table(door_of(request), table, body, key=key)
    told(
        request, "episodes.imported", f"{found.imported}", existing=found.existing, failed=len(found.mistakes)
    )
    done = {
        "imported": found.imported,
        "existing": found.existing,
        **_mistakes(found.mistakes, table),
    }
    return await _page(request, {"done": done})


def _chosen(given: object) -> UploadFile:
    if not isinstance(given, UploadFile) or not given.filename:
        raise FileRefusedError("no_file", "Choose a file first.")
    return given


def _unpacked(held: str) -> bytes:
    """Return a held file. Raises `Permanent` for what is none, or unpacks to more than a file may have."""
    try:
        unpacking = zlib.decompressobj()
        body = unpacking.decompress(base64.urlsafe_b64decode(held), LARGEST_FILE + 1)
    except (ValueError, binascii.Error, zlib.error):
        raise FileRefusedError("other", "The file did not come back whole: choose it again.") from None
    if not unpacking.eof and len(body) <= LARGEST_FILE:
        raise FileRefusedError("other", "The file did not come back whole: choose it again.")
    return body


def _mistakes(mistakes: tuple[Mistake, ...], table: Table) -> dict[str, Any]:
    return {
        "ignored": [name for name in table.unknown if name],
        "wrong": len(mistakes),
        "mistakes": [
            {
                "line": each.line,
                "what": f"{each.show} {each.number}".strip(),
                "errors": [
                    {"column": name, "key": error.key, "params": error.params}
                    for name, error in each.errors.items()
                ],
            }
            for each in mistakes[:SHOWN_MISTAKES]
        ],
    }


async def _page(request: Request, context: dict[str, Any], *, status: int = 200) -> Response:
    shown = {"refused": None, "preview": None, "done": None, **context}
    shown["largest_mb"] = LARGEST_FILE // 1024**2
    return await page(request, "admin/import.html", shown, status=status)
