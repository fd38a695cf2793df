"""Trace context that follows a request through events and logs (W3C Trace Context)."""

import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def new_traceparent(parent: str | None = None) -> str:
    """Return a new span in the trace of `parent`, or in a new trace."""
    found = _TRACEPARENT.match(parent or "")
    trace_id = found.group(1) if found else secrets.token_hex(16)
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"


def current_traceparent() -> str | None:
    """Return the trace context of the running task, if it has one."""
    return _current.get()


@contextmanager
def traced(parent: str | None, **ids: object) -> Generator[str]:
    """Run a block inside the trace of `parent`, with its id and `ids` bound to every log line."""
    traceparent = new_traceparent(parent)
    token = _current.set(traceparent)
    with structlog.contextvars.bound_contextvars(trace_id=traceparent[3:35], **ids):
        try:
            yield traceparent
        finally:
            _current.reset(token)
