"""Bodies of the seeds' wishes."""

from typing import Any

from fastapi import Request

from ..problems import Problem


async def json_object(request: Request, otherwise: Problem) -> dict[str, Any]:
    """Return the JSON object that a body is. Raises `otherwise` for any other body."""
    try:
        fields = await request.json()
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise otherwise
    return fields
