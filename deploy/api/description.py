"""The gateway's description of itself, made once a process: to make it takes a second."""

from functools import cache
from typing import Any, cast

from wellspring_gateway.app import create_app
from wellspring_gateway.door import Door


@cache
def described() -> dict[str, Any]:
    """Return the document that every gateway serves, for reading only."""
    return create_app(cast("Door", None), static="").openapi()
