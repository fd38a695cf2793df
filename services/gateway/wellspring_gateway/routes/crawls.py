"""The API of catalogues and their crawls."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import JSONResponse, Response

from ..domain.catalogues import Catalogue, CatalogueForm, CrawlWish, parse_catalogue, parse_wish
from ..door import Door, door_of
from ..ports import Requested
from .guards import checked, operator
from .problems import Problem

router = APIRouter(prefix="/api/v1", tags=["catalogues"])

CatalogueId = Annotated[int, Path(ge=1, lt=2**63)]
Key = Annotated[str | None, Header(min_length=8, max_length=200)]


@router.get("/catalogues")
async def catalogues(request: Request) -> dict[str, Any]:
    """Return the catalogues, the default first, with their schedule and how the last crawl ended."""
    await operator(request)
    return {"catalogues": [_shown(one) for one in await door_of(request).crawling.catalogues.all()]}


@router.post(
    "/catalogues",
    status_code=201,
    responses={409: {"description": "`name_taken`: another catalogue has this name."}},
)
async def add_catalogue(request: Request, fields: dict[str, Any]) -> Response:
    """Add a catalogue: `name`, `definition`, `base_urls`, and when it is read by itself.

    Empty pauses (`every_minutes`, `full_every_hours`) and `enabled: false` mean on demand only. A name that
    is taken answers 409.
    """
    await operator(request)
    await checked(request)
    door = door_of(request)
    # a form leaves out a box that is not ticked, a program what it has no opinion of
    form = parse_catalogue({"enabled": True, **fields}, vet=door.vet)
    if not isinstance(form, CatalogueForm):
        wrong = [{"field": name, "code": each.key, "detail": each.detail} for name, each in form.items()]
        raise Problem("invalid", " ".join(each.detail for each in form.values()), errors=wrong)
    saved = await door.crawling.catalogues.save(form, catalogue_id=None, now=door.clock.now())
    found = await door.crawling.catalogues.one(saved) if saved is not None else None
    if found is None:
        raise Problem("unknown_catalogue", "The catalogue was removed meanwhile.")
    headers = {"Location": f"/api/v1/catalogues/{saved}"}
    return JSONResponse(_shown(found), status_code=201, headers=headers)


@router.get("/catalogues/{catalogue_id}")
async def catalogue(request: Request, catalogue_id: CatalogueId) -> dict[str, Any]:
    """Return one catalogue."""
    await operator(request)
    found = await door_of(request).crawling.catalogues.one(catalogue_id)
    if found is None:
        raise Problem("unknown_catalogue", f"There is no catalogue {catalogue_id}.")
    return _shown(found)


@router.post("/catalogues/{catalogue_id}/crawls", status_code=202)
async def crawl(
    request: Request,
    catalogue_id: CatalogueId,
    wish: dict[str, Any] | None = None,
    idempotency_key: Key = None,
) -> Response:
    """Read a catalogue now: `scope` is all, ongoing, complete, or with a `query` search, tag or title.

    A crawl of the same target that runs already answers for a second one, and so does one that was asked for
    with the same `Idempotency-Key`.
    """
    session = await operator(request)
    await checked(request)
    asked = await ask_for_crawl(
        door_of(request), catalogue_id, parse_wish(wish or {}), by=session.user.username, key=idempotency_key
    )
    found = await crawl_of(door_of(request), asked.job_id)
    headers = {"Location": f"/api/v1/crawls/{asked.job_id}"}
    return JSONResponse({**found, "deduplicated": asked.deduplicated}, status_code=202, headers=headers)


@router.get("/crawls/{job_id}")
async def one_crawl(request: Request, job_id: UUID) -> dict[str, Any]:
    """Return a crawl: where it is, how it ended, and what it changed in the library so far."""
    await operator(request)
    return await crawl_of(door_of(request), job_id)


async def ask_for_crawl(
    door: Door, catalogue_id: int, wish: CrawlWish, *, by: str, key: str | None = None
) -> Requested:
    """Queue a crawl. Raises `Problem` with `unknown_catalogue`."""
    asked = await door.crawling.catalogues.request(
        catalogue_id, wish, requested_by=by, now=door.clock.now(), key=key
    )
    if asked is None:
        raise Problem("unknown_catalogue", f"There is no catalogue {catalogue_id}.")
    return asked


async def crawl_of(door: Door, job_id: UUID) -> dict[str, Any]:
    """Return a crawl with its result and where it is. Raises `Problem` with `not_found`."""
    job = await door.jobs.job(job_id)
    if job is None or job.kind != "crawl":
        raise Problem("not_found", f"There is no crawl {job_id}.")
    brief = job.brief()
    del brief["browser_because"]
    return {
        **brief,
        "catalogue_id": job.catalogue_id,
        "scope": job.scope,
        "query": job.query,
        "counts": job.counts,
        "problems": job.problems,
        "library": await door.crawling.catalogues.result(job_id),
        "step": crawl_step(door, str(job_id), job.state),
    }


def crawl_step(door: Door, job_id: str, state: str) -> dict[str, Any] | None:
    """Return where a running crawl was last heard to be."""
    step = door.live.crawl_step(job_id) if state in {"queued", "running"} else None
    if step is None:
        return None
    return step.model_dump(mode="json", include={"step", "title", "counts", "at"})


def _shown(one: Catalogue) -> dict[str, Any]:
    moments = ("next_ongoing_at", "next_full_at", "last_finished_at")
    told = {name: value.isoformat() if (value := getattr(one, name)) else None for name in moments}
    return {**vars(one), **told}
