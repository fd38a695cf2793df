"""Errors as RFC 9457 problems for programs and as pages for people."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from wellspring_common.errors import DependencyDown, Permanent, Throttled, Transient

from ..domain.access import without_secrets
from .view import page, wants_page

MEDIA_TYPE = "application/problem+json"
UNAUTHORIZED = 401
RETRY_AFTER = {"description": "Seconds until the next try.", "schema": {"type": "integer", "minimum": 1}}
"""The header, as the description of the API tells of it."""
STATUS = {
    "not_found": 404,
    "unknown_show": 404,
    "unknown_episode": 404,
    "unknown_catalogue": 404,
    "no_catalogue": 404,
    "missing_field": 400,
    "bad_cursor": 400,
    "name_taken": 409,
    "episode_exists": 409,
    "cooldown": 409,
    "no_source": 409,
    "job_ended": 409,
    "not_open": 409,
    "consumer_gone": 409,
    "breaker_open": 409,
    "unknown_title": 404,
    "title_exists": 409,
    "stale_edit": 409,
    "id_taken": 409,
    "unknown_source": 404,
    "source_exists": 409,
    "unknown_subtitles": 404,
    "subtitles_exist": 409,
    "too_many": 409,
    "not_subtitles": 422,
    "bad_subtitles": 422,
    "job_runs": 409,
    "precondition_failed": 412,
    "precondition_required": 428,
    "idempotency_conflict": 422,
    "invalid": 422,
    "bad_credentials": 401,
    "sign_in_required": 401,
    "bad_token": 401,
    "last_admin": 409,
    "unknown_device": 403,
    "password_change_required": 403,
    "forbidden": 403,
    "bad_csrf": 403,
    "throttled_login": 429,
    "throttled": 429,
    "too_large": 413,
    "unknown_link": 404,
    "no_live_link": 503,
    "relay_off": 403,
    "relay_full": 503,
    "link_broken": 502,
    "uploader_away": 503,
    "rights_unknown": 409,
    "not_downloaded": 400,
    "no_target": 409,
    "several_targets": 409,
    "no_choices": 409,
    "not_now": 409,
    "target_in_use": 409,
    "from_environment": 409,
    "title_not_found": 404,
    "target_not_found": 404,
    "schedule_not_found": 404,
    "upload_not_found": 404,
    "no_episode": 404,
    "no_download": 404,
    "no_file": 404,
    "no_episodes": 409,
    "already_published": 409,
    "newer_schedule": 409,
    "under_way": 409,
    "wrong_state": 409,
    "kind_fixed": 409,
    "file_taken": 409,
    "credentials_missing": 409,
    "credentials_unreadable": 409,
    "no_credentials_key": 409,
    "bad_question": 422,
    "bad_target_settings": 422,
    "bad_secrets": 422,
    "bad_template": 422,
    "not_a_film": 422,
    "film_damaged": 422,
    "outside": 422,
    "dependency_down": 503,
    "database_busy": 503,
    "disk_error": 503,
    "no_ffmpeg": 503,
    "part_busy": 503,
}

log = structlog.get_logger(__name__)


class Problem(Permanent):
    """A failed request: a code, a sentence, and members beyond those of RFC 9457."""

    def __init__(self, code: str, detail: str, **members: Any) -> None:
        super().__init__(detail, code=code)
        self.members = members


def status_of(problem: Permanent) -> int:
    """Return the HTTP status of a refusal, for a page that shows it beside its form."""
    return STATUS.get(problem.code, 400)


def problem_response(
    code: str, detail: str, *, status: int | None = None, members: Mapping[str, Any] | None = None
) -> JSONResponse:
    """Return a problem document. Its `code` is stable, its `detail` is for people."""
    answer = status or STATUS.get(code, 400)
    headers = {"WWW-Authenticate": "Bearer"} if answer == UNAUTHORIZED else {}
    if members and "retry_after" in members:
        headers["Retry-After"] = str(max(1, round(members["retry_after"])))
    body = {"type": f"urn:wellspring:problem:{code}", "title": code.replace("_", " ").capitalize()}
    content = {**body, "status": answer, "code": code, "detail": detail, **(members or {})}
    return JSONResponse(content, status_code=answer, media_type=MEDIA_TYPE, headers=headers)


async def _answer(
    request: Request, code: str, detail: str, status: int | None, members: Mapping[str, Any]
) -> Response:
    response = problem_response(code, detail, status=status, members=members)
    if not wants_page(request):
        return response
    if (elsewhere := _way_on(request, code)) is not None:
        return elsewhere
    context = {"status": response.status_code, "key": code, "detail": detail}
    shown = await page(request, "error.html", context, status=response.status_code)
    if (wait := response.headers.get("retry-after")) is not None:
        shown.headers["Retry-After"] = wait
    return shown


def _way_on(request: Request, code: str) -> Response | None:
    """Return where a person who was on the way to a page has to go first."""
    if request.method not in {"GET", "HEAD"}:
        return None
    if code == "sign_in_required":
        query = f"?{request.url.query}" if request.url.query else ""
        target = quote(f"{request.url.path}{query}", safe="/")
        return RedirectResponse(f"/login?next={target}", status_code=303)
    if code == "password_change_required":
        return RedirectResponse("/account", status_code=303)
    return None


async def answered(request: Request, error: Permanent | Transient) -> Response:
    """Return the answer to a failure that is no bug."""
    if isinstance(error, Permanent):
        members = error.members if isinstance(error, Problem) else {}
        return await _answer(request, error.code, error.message, None, members)
    wait = error.retry_after if isinstance(error, Throttled) else 5
    if isinstance(error, DependencyDown):
        log.warning("request.unavailable", path=without_secrets(request.url.path), reason=error.message)
    detail = "A part of Wellspring is not reachable right now. It recovers by itself: try again shortly."
    return await _answer(request, "unavailable", detail, 503, {"retry_after": wait})


async def on_bug(request: Request, error: Exception) -> Response:
    """Answer 500 to what nobody expected. The log has the rest."""
    log.error("request.crashed", path=without_secrets(request.url.path), exc_info=error)
    detail = "Something went wrong in Wellspring. The log has the details."
    return await _answer(request, "internal_error", detail, 500, {})


def install(app: FastAPI) -> None:
    """Turn every error into an answer: expected ones by their code, the rest into a plain 500."""

    @app.exception_handler(Permanent)
    async def on_permanent(request: Request, error: Permanent) -> Response:
        return await answered(request, error)

    @app.exception_handler(Transient)
    async def on_transient(request: Request, error: Transient) -> Response:
        return await answered(request, error)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        fields = [
            {"field": ".".join(str(part) for part in each["loc"][1:]), "detail": each["msg"]}
            for each in error.errors()
        ]
        detail = "; ".join(f"{each['field']}: {each['detail']}" for each in fields)
        return await _answer(request, "invalid", detail, 422, {"errors": fields})

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        code = {404: "not_found", 403: "forbidden", 405: "method_not_allowed"}.get(error.status_code, "error")
        response = await _answer(request, code, str(error.detail), error.status_code, {})
        response.headers.update(error.headers or {})
        return response
