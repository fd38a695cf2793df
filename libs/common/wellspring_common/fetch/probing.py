"""What an answer shows of a file, whichever way it came."""

from datetime import datetime

from .answers import is_challenge, retry_after, sunset
from .chain import Trail
from .lean_wire import LeanAnswer
from .page import Probe
from .wire import FIRST_BYTES, serves_ranges, whole_size


def seen(url: str, method: str, answer: LeanAnswer, trail: Trail, *, now: datetime) -> Probe:
    """Return the probe of a file from the answer at the end of its redirects."""
    found, status = answer.headers, answer.status
    return Probe(
        url=url,
        final_url=str(trail.url),
        status=status,
        content_type=found.get("content-type", "").split(";", 1)[0].strip().lower(),
        size=whole_size(status, found),
        first_bytes=answer.start[:FIRST_BYTES],
        accept_ranges=serves_ranges(method, status, found),
        retry_after=retry_after(found, now),
        latency_ms=round(trail.spent_s * 1000),
        challenge=is_challenge(status, found, answer.start),
        method=method,
        etag=found.get("etag"),
        hops=tuple(trail.hops),
        sunset=sunset(answer.headers),
    )
