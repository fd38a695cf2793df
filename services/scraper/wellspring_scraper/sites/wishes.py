"""What a definition wishes for every request of its own: who we say we are, and how slowly we ask."""

from collections.abc import Callable
from dataclasses import replace

from yarl import URL

from wellspring_common.fetch.guard import host_key
from wellspring_common.fetch.page import Request

from .definition import Definition

Slow = Callable[[str, float], None]


def as_wanted(definition: Definition, request: Request, slow: Slow | None) -> Request:
    """Return a request as its definition wants it, and let its host be asked as slowly as wanted."""
    if definition.request_delay and slow is not None:
        try:
            slow(host_key(URL(request.url)), definition.request_delay)
        except (ValueError, UnicodeError):  # no URL: the fetcher says so
            return request
    named = any(name.lower() == "user-agent" for name in request.headers)
    if definition.user_agent is None or named:
        return request
    return replace(request, headers={**request.headers, "User-Agent": definition.user_agent})
