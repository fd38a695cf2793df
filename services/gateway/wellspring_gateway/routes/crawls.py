"""The API of catalogues and their crawls."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from ..domain.catalogues import CatalogueForm, CrawlWish, parse_catalogue, parse_wish
from ..domain.documents.catalogues import Catalogue, Catalogues, Crawl, CrawlAsked, NewCatalogue, NewCrawl
from ..door import Door, door_of
from ..ports.answers import Keep
from ..ports.library import Requested
from .guards import checked, operator
from .problems import Problem
from .v1.answers import ACCEPTED, PLACE, Key, once

router = APIRouter(prefix="/api/v1", tags=["catalogues"])

CatalogueId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/catalogues")
async def catalogues(request: Request) -> Catalogues:
    """Return the catalogues, the default first, with their schedule and how the last crawl ended."""
    await operator(request)
    found = await door_of(request).crawling.catalogues.all()
    return Catalogues(catalogues=[Catalogue.model_validate(one) for one in found])


@router.post(
    "/catalogues",
    status_code=201,
    response_model=Catalogue,
    responses={
        201: {"headers": PLACE},
        409: {"description": "`name_taken`: another catalogue has this name."},
    },
)
async def add_catalogue(request: Request, new: NewCatalogue, key: Key = None) -> Response:
    """Add a catalogue. Without pauses, or with `enabled: false`, it is read on demand only."""
    session = await operator(request)
    await checked(request)
    door, repeated = door_of(request), once(request, session, key, new)
    form = parse_catalogue(new.model_dump(), vet=door.vet)
    if not isinstance(form, CatalogueForm):
        wrong = [{"field": name, "code": each.key, "detail": each.detail} for name, each in form.items()]
        raise Problem("invalid", " ".join(each.detail for each in form.values()), errors=wrong)

    async def make(keep: Keep | None) -> object | None:
        now, catalogues = door.clock.now(), door.crawling.catalogues
        saved = await catalogues.save(form, catalogue_id=None, now=now, keep=keep)
        return await catalogues.one(saved) if saved is not None else None

    found = await repeated.made(Catalogue, make)
    if found is None:
        raise Problem("unknown_catalogue", "The catalogue was removed meanwhile.")
    headers = {"Location": f"/api/v1/catalogues/{found.id}"}
    return JSONResponse(found.model_dump(mode="json"), status_code=201, headers=headers)


@router.get("/catalogues/{catalogue_id}")
async def catalogue(request: Request, catalogue_id: CatalogueId) -> Catalogue:
    """Return one catalogue."""
    await operator(request)
    found = await door_of(request).crawling.catalogues.one(catalogue_id)
    if found is None:
        raise Problem("unknown_catalogue", f"There is no catalogue {catalogue_id}.")
    return Catalogue.model_validate(found)


@router.post(
    "/catalogues/{catalogue_id}/crawls", status_code=202, response_model=CrawlAsked, responses=ACCEPTED
)
async def crawl(
    request: Request, catalogue_id: CatalogueId, new: NewCrawl | None = None, key: Key = None
) -> Response:
    """Read a catalogue now: `scope` is all, ongoing, complete, or with a `query` search, tag or title.

    A crawl of the same target that runs already answers for a second one, and so does one that was asked for
    with the same `Idempotency-Key`.
    """
    session = await operator(request)
    await checked(request)
    wish = parse_wish(new.model_dump() if new is not None else {})
    asked = await ask_for_crawl(door_of(request), catalogue_id, wish, by=session.user.username, key=key)
    found = (await crawl_of(door_of(request), asked.job_id)).model_dump(mode="json")
    headers = {"Location": f"/api/v1/crawls/{asked.job_id}"}
    return JSONResponse({**found, "deduplicated": asked.deduplicated}, status_code=202, headers=headers)


@router.get("/crawls/{job_id}")
async def one_crawl(request: Request, job_id: UUID) -> Crawl:
    """Return a crawl: where it is, how it ended, and what it changed in the library so far."""
    await operator(request)
    return await crawl_of(door_of(request), job_id)


async def ask_for_crawl(
    door: Door, catalogue_id: int, wish: CrawlWish, *, by: str, key: str | None = None, download: bool = False
) -> Requested:
    """Queue a crawl. Raises `Problem` with `unknown_catalogue`."""
    asked = await door.crawling.catalogues.request(
        catalogue_id, wish, requested_by=by, now=door.clock.now(), key=key, download=download
    )
    if asked is None:
        raise Problem("unknown_catalogue", f"There is no catalogue {catalogue_id}.")
    return asked


async def crawl_of(door: Door, job_id: UUID) -> Crawl:
    """Return a crawl with its result and where it is. Raises `Problem` with `not_found`."""
    job = await door.jobs.job(job_id)
    if job is None or job.kind != "crawl":
        raise Problem("not_found", f"There is no crawl {job_id}.")
    result = await door.crawling.catalogues.result(job_id)
    step = crawl_step(door, str(job_id), job.state)
    return Crawl.model_validate({**vars(job), "library": result, "step": step})


def crawl_step(door: Door, job_id: str, state: str) -> dict[str, Any] | None:
    """Return where a running crawl was last heard to be."""
    step = door.live.crawl_step(job_id) if state in {"queued", "running"} else None
    if step is None:
        return None
    return step.model_dump(mode="json", include={"step", "title", "counts", "at"})
