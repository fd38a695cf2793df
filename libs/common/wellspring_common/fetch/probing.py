"""What an answer shows of a file, whichever way it came."""

from collections.abc import Sequence

from wellspring_common.clock import Clock

from .answers import is_challenge, retry_after, sunset
from .lean_wire import LeanAnswer
from .page import Probe
from .wire import FIRST_BYTES, serves_ranges, whole_size


def seen(
    url: str,
    method: str,
    answer: LeanAnswer,
    *,
    final_url: str,
    hops: Sequence[str],
    spent_s: float,
    clock: Clock,
) -> Probe:
    """Return the probe of a file from the answer at the end of its redirects."""
    found, status = answer.headers, answer.status
    return Probe(
        url=url,
        final_url=final_url,
        status=status,
        content_type=found.get("content-type", "").split(";", 1)[0].strip().lower(),
        size=whole_size(status, found),
        first_bytes=answer.start[:FIRST_BYTES],
        accept_ranges=serves_ranges(method, status, found),
        retry_after=retry_after(found, clock.now()) if "retry-after" in found else None,
        latency_ms=round(spent_s * 1000),
        challenge=is_challenge(status, found, answer.start),
        method=method,
        etag=found.get("etag"),
        hops=tuple(hops),
        sunset=sunset(found),
    )
