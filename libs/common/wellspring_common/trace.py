"""Trace context that follows a request through events and logs (W3C Trace Context)."""

import re
import secrets
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

import structlog

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


class Role(StrEnum):
    """What a span did towards others."""

    SERVER = "server"
    CONSUMER = "consumer"
    PRODUCER = "producer"
    INTERNAL = "internal"


@dataclass(frozen=True)
class Span:
    """Something that was done in a trace, from when to when. `parent` is the trace context above it."""

    name: str
    role: Role
    traceparent: str
    parent: str | None
    began_ns: int
    ended_ns: int
    ids: Mapping[str, object]
    failed: str | None


_sink: Callable[[Span], None] | None = None


def send_spans_to(sink: Callable[[Span], None] | None) -> None:
    """Tell somebody of every span that ends from now on, or nobody: then spans cost nothing."""
    global _sink  # noqa: PLW0603  (one for the process, like the logs)
    _sink = sink


def new_traceparent(parent: str | None = None) -> str:
    """Return a new span in the trace of `parent`, or in a new trace."""
    found = _TRACEPARENT.match(parent or "")
    trace_id = found.group(1) if found else secrets.token_hex(16)
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"


def trace_id_of(traceparent: str) -> str:
    """Return the id that all spans of a trace share: that of the log lines."""
    return traceparent[3:35]


def span_id_of(traceparent: str) -> str:
    """Return the id of the span itself."""
    return traceparent[36:52]


def current_traceparent() -> str | None:
    """Return the trace context of the running task, if it has one."""
    return _current.get()


@contextmanager
def traced(
    parent: str | None, name: str = "work", role: Role = Role.INTERNAL, **ids: object
) -> Generator[str]:
    """Run a block as a span of the trace of `parent`, with its id and `ids` bound to every log line."""
    with spanned(parent, name, role, **ids) as traceparent:
        token = _current.set(traceparent)
        with structlog.contextvars.bound_contextvars(trace_id=trace_id_of(traceparent), **ids):
            try:
                yield traceparent
            finally:
                _current.reset(token)


@contextmanager
def spanned(parent: str | None, name: str, role: Role = Role.INTERNAL, **ids: object) -> Generator[str]:
    """Run a block as a span of the trace of `parent`, without becoming what its events and logs belong to."""
    traceparent, began, failed = new_traceparent(parent), time.time_ns(), None
    try:
        yield traceparent
    except BaseException as error:
        failed = type(error).__name__
        raise
    finally:
        if _sink is not None:
            above = parent if _TRACEPARENT.match(parent or "") else None
            _sink(Span(name, role, traceparent, above, began, time.time_ns(), ids, failed))
