"""The API's description of itself: OpenAPI 3.1 with every refusal, and how to sign in."""

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from ..domain.documents.base import ProblemDocument
from .plays import Beacon
from .problems import MEDIA_TYPE

VERBS = frozenset({"get", "post", "put", "patch", "delete"})
REFUSALS = {
    "400": "The body is no JSON, or a cursor is of no such list.",
    "401": "`sign_in_required` or `bad_token`: nobody is signed in, or the token is no longer good.",
    "403": "`forbidden` or `bad_csrf`: not with this role, this token, or from this page.",
    "404": "There is nothing at this address.",
    "413": "`too_large`: a request may carry 1 MiB.",
    "422": "`invalid`: `errors` says what is wrong with which field. `idempotency_conflict`: another wish.",
    "429": "`throttled`: `Retry-After` says when to try again.",
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
        "description": "What a browser has. Changes also send the page's `X-CSRF-Token`.",
    },
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


def describe(app: FastAPI) -> None:
    """Have the app describe itself completely."""
    made = app.openapi

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            _complete(document)
        return made()

    app.openapi = complete  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> None:
    parts = document.setdefault("components", {})
    # beacons are read by hand, within their own bound: their shape is told here
    _, more = models_json_schema(
        [(ProblemDocument, "serialization"), (Beacon, "validation")], ref_template=f"{SCHEMAS}{{model}}"
    )
    schemas = parts.setdefault("schemas", {})
    schemas |= more["$defs"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    parts["securitySchemes"] = SCHEMES
    document["security"] = [{}, *({name: []} for name in SCHEMES)]
    for operation in _operations(document):
        _refuse(operation)


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from (operation for verb, operation in methods.items() if verb in VERBS)


def _refuse(operation: dict[str, Any]) -> None:
    """Name every way in which an operation may refuse, each as a problem."""
    answers = operation["responses"]
    parameters = operation.get("parameters", [])
    has_body = "requestBody" in operation
    wanted = {"401", "403", "422", "429", "503"}
    if has_body or any(each["name"] == "cursor" for each in parameters):
        wanted.add("400")
    if has_body:
        wanted.add("413")
    if any(each["in"] == "path" for each in parameters):
        wanted.add("404")
    for status in sorted(wanted):
        if status == "422" or status not in answers:
            answers[status] = {"description": REFUSALS[status]}
    for status, answer in answers.items():
        if status >= "400":
            answer["content"] = {MEDIA_TYPE: {"schema": _PROBLEM}}
        elif status in {"204", "304"}:
            answer.pop("content", None)


def _one_of(words: str, parameter: str) -> str:
    if words.endswith("ies"):
        return f"{words[:-3]}y"
    single = words.removesuffix("s")
    # a list whose name has no plural is told from its members by what they are
    return single if single != words else f"{words}_{parameter.strip('{}').removesuffix('_id')}"
