"""Answers that are ready as bytes: sent once, and again only when they changed."""

from fastapi import Request
from fastapi.responses import Response

from ..states import Ready

JSON = "application/json"
_HEADERS = {"Cache-Control": "no-cache"}
"""Kept by whoever likes, but asked about each time: a link may die at any moment."""


def ready_response(request: Request, ready: Ready) -> Response:
    """Return an answer, or 304 to who has it already."""
    headers = {"ETag": ready.tag, **_HEADERS}
    given = request.headers.get("if-none-match")
    if given is not None and _names(given, ready.tag):
        return Response(status_code=304, headers=headers)
    return Response(ready.body, media_type=JSON, headers=headers)


def _names(given: str, tag: str) -> bool:
    """Return whether a list of tags names one: weakly compared, as RFC 9110 wants it here."""
    return any(one.strip().removeprefix("W/") in {tag, "*"} for one in given.split(","))
