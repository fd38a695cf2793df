"""The operator's pages: add an episode, look a job up, change settings."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from wellspring_common.tunables import Tunables

from ..domain.entering import link_fields
from ..domain.episodes import NO_LINK, FieldError
from ..domain.state import Job
from ..domain.titles import EpisodeHead
from ..domain.tuning import from_form, shown_settings
from ..door import Door, door_of
from .crawls import crawl_step
from .deeds import told
from .guards import admin, checked, operator
from .problems import Problem
from .view import page, session_of, wants_page

RECENT_JOBS = 20
OUTSIDE = frozenset({"greater_than_equal", "less_than_equal", "string_pattern_mismatch"})
FIELDS = ("show", "season", "episode", "name", "kind")

router = APIRouter(prefix="/admin", include_in_schema=False)


async def signed_in(request: Request) -> Response | None:
    """Return the way to the sign-in form for a person who is not signed in, else nothing."""
    if await session_of(request) is None and wants_page(request):
        return RedirectResponse(f"/login?next={request.url.path}", status_code=303)
    await operator(request)
    return None


@router.get("")
async def add_form(request: Request, added: int | None = None) -> Response:
    """Show the form and the recent jobs."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    return await form_page(request, fields={}, errors={}, added=added)


async def form_page(
    request: Request,
    *,
    fields: Mapping[str, Any],
    errors: Mapping[str, FieldError],
    added: int | None = None,
    status: int = 200,
) -> Response:
    """Show the form with what was entered and what is wrong with it."""
    door = door_of(request)
    head = await door.catalog.episode(added) if added is not None and 0 < added < 2**63 else None
    jobs = await door.jobs.recent(RECENT_JOBS)
    links = link_fields(door.tunables.current.qualities, fields)
    missing = errors.get(NO_LINK)
    if missing is not None and missing.key == "no_links_given":
        errors = {
            **{name: error for name, error in errors.items() if name != NO_LINK},
            links.usual[0]: missing,
        }
    context = {
        "form": {
            "season": "",
            "kind": "series",
            **{
                name: fields.get(name, "")
                for name in (*FIELDS, *links.usual, *links.rare)
                if name in fields or name not in {"season", "kind"}
            },
        },
        "errors": {name: {"key": error.key, "params": error.params} for name, error in errors.items()},
        "added": _added(head),
        "idempotency_key": str(fields.get("idempotency_key") or secrets.token_urlsafe(16)),
        "jobs": [{**vars(job), **of_episode(head_of)} for job, head_of in jobs],
        "usual": links.usual,
        "rare": links.rare,
        "shows": await door.catalog.shows(),
    }
    return await page(request, "admin/episode_form.html", context, status=status)


@router.get("/jobs/{job_id}")
async def job_page(request: Request, job_id: UUID, cancelling: bool = False) -> Response:  # noqa: FBT001, FBT002  (of the query)
    """Show everything of one job."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    door = door_of(request)
    job = await door.jobs.job(job_id)
    if job is None:
        raise Problem("not_found", "There is no job at this address. Jobs are kept for 90 days.")
    head = await door.catalog.episode(job.episode_id) if job.episode_id is not None else None
    shown = {**vars(job), **of_episode(head), "timings": _timings(job), "step": None, "library": None}
    if job.kind == "crawl":
        shown["library"] = await door.crawling.catalogues.result(job_id)
        shown["step"] = crawl_step(door, job.id, job.state)
    return await page(request, "admin/job.html", {"job": shown, "cancelling": cancelling})


@router.get("/settings")
async def settings_page(request: Request, saved: bool = False) -> Response:  # noqa: FBT001, FBT002  (of the query)
    """Show the run-time settings."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    door = door_of(request)
    copy = await door.runtime_settings.load()
    return await _settings(request, copy.values.model_dump(), errors={}, saved=saved)


@router.post("/settings")
async def save_settings(request: Request) -> Response:
    """Store changed run-time settings."""
    session = await admin(request)
    await checked(request)
    door: Door = door_of(request)
    entered = from_form({name: str(value) for name, value in (await request.form()).items()})
    held = (await door.runtime_settings.load()).values.model_dump()
    changed = {key: value for key, value in entered.items() if value != held[key]}
    try:
        Tunables.model_validate({**held, **changed})
        if changed:
            await door.runtime_settings.change(changed, by=session.user.id, now=door.clock.now())
            told(request, "settings.changed", ", ".join(sorted(changed)), **changed)
    except ValidationError as error:
        errors: dict[str, Any] = {
            str(each["loc"][0]): {
                "key": "out_of_range" if each["type"] in OUTSIDE else "not_a_number",
                "params": {},
            }
            for each in error.errors()
        }
        return await _settings(request, {**held, **entered}, errors=errors, saved=False, status=422)
    return RedirectResponse("/admin/settings?saved=true", status_code=303)


async def _settings(
    request: Request, values: Mapping[str, Any], *, errors: Mapping[str, Any], saved: bool, status: int = 200
) -> Response:
    context = {"settings": shown_settings(values), "errors": errors, "saved": saved}
    return await page(request, "admin/settings.html", context, status=status)


def _added(head: EpisodeHead | None) -> dict[str, Any] | None:
    if head is None:
        return None
    return {
        "label": f"{head.title} {head.label}".strip(),
        "player_url": f"/watch/{head.id}",
        "episode_id": head.id,
    }


def of_episode(head: EpisodeHead | None) -> dict[str, Any]:
    """Return how a page names the episode that a job is about, and where it plays."""
    if head is None:
        return {"label": "-", "watch_url": None}
    return {"label": f"{head.title} {head.label}".strip(), "watch_url": f"/watch/{head.id}"}


def _timings(job: Job) -> dict[str, int]:
    timings = {}
    if job.started_at is not None:
        timings["waited_ms"] = round((job.started_at - job.requested_at).total_seconds() * 1000)
        if job.finished_at is not None:
            timings["worked_ms"] = round((job.finished_at - job.started_at).total_seconds() * 1000)
    return timings
