"""How the platform says no: one refusal, in the words of the legacy API and in those of the newest.

The shapes are those of contract.SOURCES["errors, legacy"] and contract.SOURCES["errors, v2"].
"""

import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web

LEGACY_HELP = "https://developer.dailymotion.com/api#error-codes"
V2_HELP = "https://developers.dailymotion.com/reference/api-errors"
_V2_CODES = {
    "missing_required_parameter": "MISSING_REQUIRED_PARAMETER",
    "invalid_parameter": "INVALID_PARAMETER",
    "not_found": "RESOURCE_NOT_FOUND",
    "access_forbidden": "MISSING_PERMISSIONS",
    "invalid_token": "UNAUTHENTICATED",
    "upload_limit_exceeded": "UPLOAD_LIMIT_EXCEEDED",
    "too_many_requests": "TOO_MANY_REQUESTS",
    "spam": "SPAM_ACTIVITY",
}


class Refused(Exception):
    """The platform will not do it."""

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.details = dict(details or {})
        self.headers = dict(headers or {})

    @property
    def all_headers(self) -> dict[str, str]:
        """Its headers; one without an identity also says how to show one."""
        if self.status != HTTPStatus.UNAUTHORIZED:
            return self.headers
        told = f'Bearer realm="api", error="{self.kind}", error_description="{self.message}"'
        return {**self.headers, "WWW-Authenticate": told}


def missing(field: str) -> Refused:
    """A field that must be there is not."""
    said = f"Missing required parameter: {field}"
    return Refused(400, "missing_required_parameter", said, {"param": field})


def invalid(field: str, why: str) -> Refused:
    """A field that makes no sense."""
    return Refused(400, "invalid_parameter", f"Invalid value for parameter {field}: {why}", {"param": field})


def not_found(kind: str, key: str, param: str = "id") -> Refused:
    """There is no such thing, or none that the asker may know of."""
    details = {"reason": "object_not_found", "object_type": kind, "object_id": key, "param": param}
    return Refused(404, "not_found", f"Can't find object {kind} for `{param}' parameter", details)


def forbidden(message: str) -> Refused:
    """Who asks is known, and may not."""
    return Refused(403, "access_forbidden", message)


def unknown_token(message: str = "The access token is missing, malformed or expired") -> Refused:
    """Nobody knows who asks."""
    return Refused(401, "invalid_token", message)


def legacy_answer(refused: Refused) -> web.Response:
    """The refusal as both older APIs tell it: `code` is a number."""
    told: dict[str, Any] = {
        "more_info": LEGACY_HELP,
        "code": refused.status,
        "message": refused.message,
        "type": "access_forbidden" if refused.kind == "spam" else refused.kind,
    }
    if refused.details:
        told["error_data"] = refused.details
    return web.json_response({"error": told}, status=refused.status, headers=refused.all_headers)


def v2_answer(refused: Refused) -> web.Response:
    """The refusal as the newest API tells it: `code` is a word, and there is a number to quote."""
    told = {
        "code": _V2_CODES.get(refused.kind, refused.kind.upper()),
        "message": refused.message,
        "correlation_id": str(uuid.uuid4()),
        "details": refused.details,
        "documentation_url": V2_HELP,
    }
    return web.json_response({"error": told}, status=refused.status, headers=refused.all_headers)
