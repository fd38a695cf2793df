"""The API's description of itself: OpenAPI 3.1 with every refusal, and how to sign in."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from ..domain.access import device_token
from ..domain.documents.base import ProblemDocument
from ..door import Door
from .guards import viewer
from .plays import Beacon
from .problems import MEDIA_TYPE, RETRY_AFTER
from .refusals import Manners, manners_of
from .view import CSRF_HEADER

REFUSALS = {
    "400": "The body is no JSON, or a cursor is of no such list.",
    "401": "nobody is signed in, or what was sent is no longer good.",
    "403": "not with this role, this token, or from this page.",
    "404": "There is nothing at this address.",
    "413": "`too_large`: a request may carry 1 MiB.",
    "422": "`invalid`: `errors` says what is wrong with which field. `idempotency_conflict`: another wish.",
    "429": "too often from this address.",
    "503": "`unavailable`: a part of Wellspring is not reachable right now. `Retry-After` says when.",
}
SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token that begins with `wsp_`. Programs need nothing else.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "ws_session",
        "description": "What a browser has: behind TLS it is called `__Host-ws_session`.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": CSRF_HEADER,
        "description": "The token of a page, or of `POST /api/v1/session`: a browser sends it with changes.",
    },
}
PROXY = "A trusted proxy signs people in here, and names them in this header. Nobody else may send it."
GUARDED = ("401", "403", "429")
"""What guards answer, so that it is read from them."""
HEADERS: dict[str, dict[str, Any]] = {
    "401": {
        "WWW-Authenticate": {
            "description": "`Bearer`.",
            "schema": {"type": "string"},
            "required": True,
        }
    },
    "429": {"Retry-After": {**RETRY_AFTER, "required": True}},
    "503": {"Retry-After": RETRY_AFTER},
}
_PARAMETER = re.compile(r"\{[^}]*\}")
SCHEMAS = "#/components/schemas/"
_PROBLEM = {"$ref": f"{SCHEMAS}ProblemDocument"}


def operation_id(route: APIRoute) -> str:
    """Return a short name that stays: what is done and to what, such as `post_title_episodes`."""
    method = min(route.methods or {"GET"}).lower()
    path = route.path_format.removeprefix("/api/v1").strip("/")
    words: list[str] = []
    for part in path.split("/"):
        if _PARAMETER.fullmatch(part):
            words[-1:] = [_one_of(word, part) for word in words[-1:]]
        elif part:
            words.append(part.replace("-", "_"))
    return "_".join([method, *words]).replace(f"{method}_{method}_", f"{method}_")


def describe(app: FastAPI, routers: Iterable[APIRouter], *, is_public: Callable[[str], bool]) -> None:
    """Have the app describe itself completely. What is not public goes by the guard of viewers first."""
    made = app.openapi

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            door: Door | None = app.state.door
            proxy = door.settings.forward_auth_user_header if door is not None else ""
            _complete(document, _manners(routers, is_public), proxy)
        return made()

    app.openapi = complete  # type: ignore[method-assign]


def _manners(
    routers: Iterable[APIRouter], is_public: Callable[[str], bool]
) -> dict[tuple[str, str], Manners]:
    found: dict[tuple[str, str], Manners] = {}
    for route in (each for router in routers for each in router.routes):
        if isinstance(route, APIRoute) and route.include_in_schema:
            path = route.path_format
            known = manners_of(route.endpoint, *(() if is_public(path) else (viewer,)))
            if device_token(path) is None:
                known = replace(known, codes=known.codes - {"unknown_device"})
            found |= {(path, method.lower()): known for method in route.methods or ()}
    return found


def _complete(document: dict[str, Any], manners: dict[tuple[str, str], Manners], proxy: str) -> None:
    parts = document.setdefault("components", {})
    # beacons are read by hand, within their own bound: their shape is told here
    _, more = models_json_schema(
        [(ProblemDocument, "serialization"), (Beacon, "validation")], ref_template=f"{SCHEMAS}{{model}}"
    )
    schemas = parts.setdefault("schemas", {})
    schemas |= more["$defs"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    by_proxy = {"type": "apiKey", "in": "header", "name": proxy, "description": PROXY}
    parts["securitySchemes"] = {**SCHEMES, **({"proxy": by_proxy} if proxy else {})}
    people = ("cookie", "proxy") if proxy else ("cookie",)
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            known = manners[path, verb]
            operation["security"] = [*operation.get("security", ()), *_ways_in(path, known, people)]
            _refuse(operation, known)


def _ways_in(path: str, known: Manners, people: Iterable[str]) -> list[dict[str, list[str]]]:
    """Return what a request may carry, each of them enough. Nothing at all: a stranger may ask."""
    if device_token(path) is not None:
        return [{}]
    page: dict[str, list[str]] = {"csrf": []} if known.needs_csrf else {}
    stranger = [] if known.needs_sign_in else [page]
    return [*stranger, {"token": []}, *({name: [], **page} for name in people)]


def _refuse(operation: dict[str, Any], known: Manners) -> None:
    """Name every way in which an operation may refuse, each as a problem."""
    answers = operation["responses"]
    parameters = operation.get("parameters", [])
    has_body = "requestBody" in operation
    wanted = {"422", "503"} | {status for status in GUARDED if known.of_status(int(status))}
    if has_body or any(each["name"] == "cursor" for each in parameters):
        wanted.add("400")
    if has_body:
        wanted.add("413")
    if any(each["in"] == "path" for each in parameters):
        wanted.add("404")
    for status in sorted(wanted):
        if status == "422" or status not in answers:
            answers[status] = {"description": _why(status, known)}
    for status, answer in answers.items():
        if status >= "400":
            answer["content"] = {MEDIA_TYPE: {"schema": _PROBLEM}}
            answer["headers"] = {**HEADERS.get(status, {}), **answer.get("headers", {})}
        elif status in {"204", "304"}:
            answer.pop("content", None)


def _why(status: str, known: Manners) -> str:
    if status not in GUARDED:
        return REFUSALS[status]
    codes = ", ".join(f"`{code}`" for code in known.of_status(int(status)))
    return f"{codes}: {REFUSALS[status]}"


def _one_of(words: str, parameter: str) -> str:
    if words.endswith("ies"):
        return f"{words[:-3]}y"
    single = words.removesuffix("s")
    # a list whose name has no plural is told from its members by what they are
    return single if single != words else f"{words}_{parameter.strip('{}').removesuffix('_id')}"
