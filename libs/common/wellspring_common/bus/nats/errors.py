"""What nats-py raises, in our words."""

import nats.errors
import nats.js.errors

from wellspring_common.errors import DependencyDown, Permanent, StreamRefuses, WellspringError, reason_of

TOO_LARGE = 10054
STREAM_FULL = 10077

# nats-py raises its own TimeoutError, asyncio's and the builtin one (nats.py#934): the builtin is the
# parent of all three, so that is the one to catch.
AWAY = (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError)


def translated(error: Exception) -> WellspringError:
    """Return our error for one of `AWAY`."""
    if isinstance(error, nats.errors.MaxPayloadError):
        return Permanent("The event is larger than the broker takes.", code="event_too_large")
    if isinstance(error, nats.errors.BadSubjectError):
        return Permanent("The event's subject is none.", code="bad_subject")
    if isinstance(error, nats.js.errors.NoStreamResponseError):
        return StreamRefuses("No stream takes the event.", code="no_stream")
    if isinstance(error, nats.js.errors.APIError) and error.err_code is not None:
        return _said(error)
    return DependencyDown(f"NATS does not answer: {reason_of(error)}")


def _said(error: nats.js.errors.APIError) -> WellspringError:
    if error.err_code == TOO_LARGE:
        return Permanent("The event is larger than its stream takes.", code="event_too_large")
    if error.err_code == STREAM_FULL:
        return StreamRefuses("The stream is full: raise its limit.", code="stream_full")
    return StreamRefuses(f"NATS refuses: {error.description}")
