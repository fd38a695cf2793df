"""The operator's pages of catalogues: what is read, when, and what came of it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from wellspring_common.errors import DependencyDown, Permanent
from wellspring_common.events.crawl import CrawlScope

from ..domain.catalogues import NEED_QUERY, RIGHTS, CatalogueForm, parse_catalogue, parse_wish
from ..domain.episodes import FieldError
from ..door import Door, door_of
from .admin import signed_in
from .crawls import CatalogueId, ask_for_crawl, crawl_step
from .guards import checked, operator
from .problems import Problem
from .view import page

JOBS_SHOWN = 10
NEW = {"enabled": True, "every_minutes": 45, "full_every_hours": 168, "rights": "unknown"}

router = APIRouter(prefix="/admin/catalogues", include_in_schema=False)


@router.get("")
async def catalogues_page(request: Request) -> Response:
    """Show every catalogue with its last crawl and the one that runs."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    door = door_of(request)
    found = await door.crawling.catalogues.all()
    shown = [{**vars(one), "live": await _live(door, one.live_jobs)} for one in found]
    doubts = await door.crawling.merges.waiting()
    return await page(request, "admin/catalogues.html", {"catalogues": shown, "doubts": doubts})


@router.get("/new")
async def new_page(request: Request) -> Response:
    """Show an empty form."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    return await _form(request, None, NEW, {})


@router.post("/new")
async def add(request: Request) -> Response:
    """Store a new catalogue."""
    return await _save(request, None)


@router.get("/{catalogue_id}")
async def catalogue_page(request: Request, catalogue_id: CatalogueId, saved: bool = False) -> Response:  # noqa: FBT001, FBT002  (of the query)
    """Show one catalogue: crawl it, see its crawls, change it."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    found = await door_of(request).crawling.catalogues.one(catalogue_id)
    if found is None:
        raise Problem("not_found", "There is no catalogue at this address.")
    fields = {**vars(found), "base_urls": "\n".join(found.base_urls)}
    return await _form(request, catalogue_id, fields, {}, saved=saved)


@router.post("/{catalogue_id}")
async def change(request: Request, catalogue_id: CatalogueId) -> Response:
    """Store what an operator changed."""
    return await _save(request, catalogue_id)


@router.post("/{catalogue_id}/remove")
async def remove(request: Request, catalogue_id: CatalogueId) -> Response:
    """Forget a catalogue: its titles stay."""
    await operator(request)
    await checked(request)
    await door_of(request).crawling.catalogues.remove(catalogue_id)
    return RedirectResponse("/admin/catalogues", status_code=303)


@router.post("/{catalogue_id}/crawl")
async def crawl(request: Request, catalogue_id: CatalogueId) -> Response:
    """Read the catalogue now and go to the job."""
    session = await operator(request)
    await checked(request)
    fields = await _fields(request)
    try:
        wish = parse_wish(fields)
    except Permanent as error:
        found = await door_of(request).crawling.catalogues.one(catalogue_id)
        if found is None:
            raise Problem("not_found", "There is no catalogue at this address.") from None
        held = {**vars(found), "base_urls": "\n".join(found.base_urls), "wish": fields}
        key = "required" if "needs a query" in error.message else "other"
        return await _form(request, catalogue_id, held, {"query": FieldError(key, error.message)}, status=422)
    asked = await ask_for_crawl(door_of(request), catalogue_id, wish, by=session.user.username)
    return RedirectResponse(f"/admin/jobs/{asked.job_id}", status_code=303)


async def _save(request: Request, catalogue_id: int | None) -> Response:
    await operator(request)
    await checked(request)
    door, fields = door_of(request), await _fields(request)
    form = parse_catalogue(fields, vet=door.vet)
    if not isinstance(form, CatalogueForm):
        return await _form(request, catalogue_id, fields, form, status=422)
    try:
        saved = await door.crawling.catalogues.save(form, catalogue_id=catalogue_id, now=door.clock.now())
    except Permanent as error:
        errors = {"name": FieldError(error.code, error.message)}
        shown = {**asdict(form), "base_urls": "\n".join(form.base_urls)}
        return await _form(request, catalogue_id, shown, errors, status=409)
    if saved is None:
        raise Problem("not_found", "There is no catalogue at this address.")
    # a page of its own, so that loading it again does not send the form again
    return RedirectResponse(f"/admin/catalogues/{saved}?saved=true", status_code=303)


async def _form(
    request: Request,
    catalogue_id: int | None,
    fields: Mapping[str, Any],
    errors: Mapping[str, FieldError],
    *,
    saved: bool = False,
    status: int = 200,
) -> Response:
    door = door_of(request)
    jobs: list[dict[str, Any]] = []
    if catalogue_id is not None:
        for job in await door.jobs.of_catalogue(catalogue_id, JOBS_SHOWN):
            jobs += [{**vars(job), "step": crawl_step(door, job.id, job.state)}]
    context = {
        "id": catalogue_id,
        "form": fields,
        "wish": fields.get("wish", {}),
        "errors": {name: {"key": error.key, "params": error.params} for name, error in errors.items()},
        "jobs": jobs,
        "saved": saved,
        "scopes": [scope.value for scope in CrawlScope],
        "with_query": sorted(scope.value for scope in NEED_QUERY),
        "rights": RIGHTS,
        "definitions": await _definitions(door),
    }
    return await page(request, "admin/catalogue.html", context, status=status)


async def _definitions(door: Door) -> list[str]:
    """Return the names of definitions, for completion: the scraper's, or those that are stored here."""
    stored = {row["id"] for row in await door.crawling.definitions.all() if row["enabled"]}
    try:
        shipped = {str(one.get("id")) for one in await door.crawling.questions.shipped()}
    except DependencyDown:
        shipped = set()
    return sorted(stored | shipped)


async def _live(door: Door, job_ids: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"id": job_id, "step": crawl_step(door, job_id, "running")} for job_id in job_ids]


async def _fields(request: Request) -> dict[str, Any]:
    form = await request.form()
    return {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
