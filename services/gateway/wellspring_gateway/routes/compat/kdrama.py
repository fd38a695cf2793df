"""The URLs of `kdrama-player.md`: get_link, scrape, add_episode."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from ...adding import Exists, Stored, add_episode
from ...domain.budgets import Budget
from ...domain.episodes import FieldError
from ...door import door_of
from ...force import Refused, force_scrape
from ..admin import form_page
from ..guards import checked, operator, own_page, seeker, within
from ..player import episode_named
from ..problems import Problem, problem_response
from ..ready import ready_response
from ..view import wants_page

LARGEST_BODY = 256 * 1024
TOO_MANY_REQUESTS = 429

router = APIRouter(tags=["seeds"])


@router.get("/get_link", response_model=dict[str, Any])
async def get_link(request: Request, show: str = "", ep: str = "1") -> Response:
    """Return the cached links of an episode by quality and server, or its master links."""
    door = door_of(request)
    head = await episode_named(door, show, ep)
    ready = await door.states.get_link(head.id)
    if ready is None:
        raise Problem("unknown_episode", f"{show} has no episode {ep}.")
    return ready_response(request, ready)


@router.get("/scrape")
async def scrape(request: Request, show: str = "", ep: str = "1") -> Response:
    """Queue a scrape: `{"status": "queued"}`, or why not yet.

    It changes state, so other sites' pages may not call it.
    """
    await own_page(request)
    session = await seeker(request)
    await within(request, Budget.SCRAPE)
    door = door_of(request)
    head = await episode_named(door, show, ep)
    answer = await force_scrape(door, head.id, requested_by=session.user.username if session else "viewer")
    if answer is None:
        raise Problem("unknown_episode", f"{show} has no episode {ep}.")
    if isinstance(answer, Refused):
        headers = {}
        if answer.allowed_at is not None:
            wait = (answer.allowed_at - door.clock.now()).total_seconds()
            headers["Retry-After"] = str(max(1, round(wait)))
        body = {"status": "error", "message": answer.detail}
        return JSONResponse(body, status_code=TOO_MANY_REQUESTS, headers=headers)
    return JSONResponse({"status": "queued"}, headers={"Location": f"/api/v1/jobs/{answer.job_id}"})


@router.post("/admin/add_episode")
async def add(request: Request) -> Response:
    """Store an episode with one permanent page per quality (`link480`, `link720`, any `linkNNN`).

    Takes a form or JSON. Programs get `{"status": "ok", "player_link": ...}`, forms a page.
    """
    await operator(request)
    await checked(request)
    fields = await _fields(request)
    key = request.headers.get("idempotency-key") or str(fields.get("idempotency_key") or "") or None
    answer = await add_episode(door_of(request), fields, key=key)
    if wants_page(request):
        return await _page(request, fields, answer)
    if isinstance(answer, Stored):
        return JSONResponse({"status": "ok", "player_link": answer.player_link})
    if isinstance(answer, Exists):
        members = {"episode_id": answer.episode_id}
        return problem_response("episode_exists", answer.detail, members=members)
    wrong = [{"field": name, "code": error.key, "detail": error.detail} for name, error in answer.items()]
    detail = " ".join(error.detail for error in answer.values())
    return problem_response("invalid", detail, members={"errors": wrong})


async def _fields(request: Request) -> Mapping[str, Any]:
    if "json" not in request.headers.get("content-type", ""):
        form = await request.form()
        return {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
    if len(await request.body()) > LARGEST_BODY:
        raise Problem("invalid", "The body is larger than an episode can be.")
    try:
        fields = await request.json()
    except ValueError:
        raise Problem("invalid", "The body is no JSON.") from None
    if not isinstance(fields, dict):
        raise Problem("invalid", 'The body is a JSON object such as {"show": "...", "episode": 1}.')
    return fields


async def _page(
    request: Request, fields: Mapping[str, Any], answer: Stored | Exists | dict[str, FieldError]
) -> Response:
    if isinstance(answer, Stored):
        # a page of its own, so that loading it again does not send the form again
        return RedirectResponse(f"/admin?added={answer.episode_id}", status_code=303)
    if isinstance(answer, Exists):
        errors = {"episode": FieldError("episode_exists", answer.detail)}
        return await form_page(request, fields=fields, errors=errors, status=409)
    return await form_page(request, fields=fields, errors=answer, status=422)
