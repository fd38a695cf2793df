"""`POST /admin/bulk_import` of `kdrama-player.md`: many episodes from a CSV file."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import UploadFile

from ...domain.importing import LARGEST_FILE
from ...door import door_of
from ...importing import import_table, opened
from ..deeds import told
from ..guards import checked, operator
from ..problems import Problem

LARGEST_UPLOAD = LARGEST_FILE + 64 * 1024
"""With what a form wraps around the file."""

router = APIRouter(tags=["seeds"])


@router.post("/admin/bulk_import")
async def bulk_import(request: Request) -> Response:
    """Store the episodes of a CSV file: `show,episode,link480,link720,link1080`, any `linkNNN`.

    Returns `{"status": "ok", "imported": N, ...}` with what became of each row. A wrong row costs no other,
    and an episode that exists is not touched.
    """
    await operator(request)
    async with form_of(request):
        await checked(request)
        body = await _file(request)
    key = request.headers.get("idempotency-key") or None
    table = await opened(body)
    found = await import_table(door_of(request), table, body, key=key)
    told(
        request, "episodes.imported", f"{found.imported}", existing=found.existing, failed=len(found.mistakes)
    )
    return JSONResponse(
        {
            "status": "ok",
            "imported": found.imported,
            "existing": found.existing,
            "failed": len(found.mistakes),
            "rows": found.rows,
            "ignored_columns": [name for name in table.unknown if name],
        }
    )


@asynccontextmanager
async def form_of(request: Request) -> AsyncGenerator[None]:
    """Let go of what a form brought, at the end."""
    try:
        yield
    finally:
        await request.close()


async def _file(request: Request) -> bytes:
    """Return the file of a form. Raises `Problem` where there is none."""
    given = None
    if "multipart/form-data" in request.headers.get("content-type", ""):
        given = (await request.form()).get("file")
    if not isinstance(given, UploadFile):
        errors = [{"field": "file", "detail": "file is missing."}]
        raise Problem("invalid", "Send a form (multipart/form-data) with the CSV as `file`.", errors=errors)
    return await given.read(LARGEST_FILE + 1)
