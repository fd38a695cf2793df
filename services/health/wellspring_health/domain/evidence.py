"""What a probe's reason is evidence of, and how evidence of the same kind adds up."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

NOT_ASKED = "not_asked"
"""Our own pace kept us from asking: no evidence of anything."""
ANOTHER_FILE = "size_changed"
"""What is served is a file, and much smaller or larger than the one that was there."""
STATUS_GONE_FOR_GOOD = 410
STALE = timedelta(hours=24)
"""Evidence about the file that was not repeated for so long gives way to newer evidence about the host."""


class Cause(StrEnum):
    """Which class a look belongs to."""

    ALIVE = "alive"
    GONE = "gone"
    GONE_FOR_GOOD = "gone_for_good"
    """410, which is said on purpose: no outage looks like it."""
    GONE_SOFT = "gone_soft"
    """An answer of 200 that is no film: the host's own page or clip that says it is gone."""
    FORBIDDEN = "forbidden"
    THROTTLED = "throttled"
    HOST_ERROR = "host_error"
    TIMEOUT = "timeout"
    DNS_UNKNOWN = "dns_unknown"
    """The name does not exist, says who must know."""
    DNS_FAILED = "dns_failed"
    """Nobody could say whether the name exists."""
    TLS = "tls"
    BLOCKED_ADDRESS = "blocked_address"
    WALLED = "walled"
    """A bot wall answered, which speaks of us and not of the file."""
    ODD = "odd"
    """Something is served, and it is not sure that it is the film."""
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class Evidence:
    """What one probe showed: nothing wrong, or a stable reason.

    `fingerprint` tells one file of a host from the others, as far as size, validator and first bytes do.
    """

    reason: str | None
    http_status: int | None = None
    latency_ms: int | None = None
    retry_after_s: float | None = None
    size_bytes: int | None = None
    fingerprint: str | None = None


@dataclass(frozen=True)
class Rule:
    """How much evidence of a class is death: so many looks over so much time.

    `again` is when the next look comes. Without it the waits grow.
    """

    times: int
    over: timedelta
    again: timedelta | None = None


RULES: Mapping[Cause, Rule] = {
    Cause.GONE_FOR_GOOD: Rule(1, timedelta(0), timedelta(minutes=10)),
    Cause.GONE: Rule(2, timedelta(minutes=10), timedelta(minutes=10)),
    Cause.GONE_SOFT: Rule(2, timedelta(minutes=30), timedelta(minutes=30)),
    Cause.FORBIDDEN: Rule(3, timedelta(hours=6), timedelta(hours=2)),
    Cause.HOST_ERROR: Rule(5, timedelta(hours=24)),
    Cause.TLS: Rule(5, timedelta(hours=24)),
    Cause.TIMEOUT: Rule(3, timedelta(hours=3)),
    Cause.DNS_UNKNOWN: Rule(3, timedelta(hours=24), timedelta(hours=6)),
}
FILE = frozenset({Cause.GONE_FOR_GOOD, Cause.GONE, Cause.GONE_SOFT})
"""Evidence about the file itself. The other classes that may kill speak of the host first."""
MUTE = frozenset(set(Cause) - set(RULES) - {Cause.ALIVE, Cause.NOT_ASKED})
"""What never kills, however often."""
REFUSAL = frozenset({Cause.FORBIDDEN})
"""What may be said of us as well as of the file: it kills only beside a witness, and adds to nothing."""
NETWORK = frozenset({Cause.HOST_ERROR, Cause.TIMEOUT, Cause.DNS_UNKNOWN, Cause.DNS_FAILED, Cause.TLS})
"""What our own network's outage looks like, if it comes without a status."""

_CAUSES: Mapping[str, Cause] = {
    "not_found": Cause.GONE,
    "html_body": Cause.GONE_SOFT,
    "wrong_type": Cause.GONE_SOFT,
    "too_small": Cause.GONE_SOFT,
    "sent_home": Cause.GONE_SOFT,
    "error_asset": Cause.GONE_SOFT,
    "no_segment": Cause.GONE_SOFT,
    "forbidden": Cause.FORBIDDEN,
    "refused": Cause.FORBIDDEN,
    "throttled": Cause.THROTTLED,
    "server_error": Cause.HOST_ERROR,
    "connect": Cause.HOST_ERROR,
    "garbage": Cause.HOST_ERROR,
    "too_many_redirects": Cause.HOST_ERROR,
    "timeout": Cause.TIMEOUT,
    "dns_unknown": Cause.DNS_UNKNOWN,
    "dns": Cause.DNS_FAILED,
    "tls": Cause.TLS,
    "blocked_address": Cause.BLOCKED_ADDRESS,
    "bad_url": Cause.BLOCKED_ADDRESS,
    "blocked": Cause.WALLED,
    NOT_ASKED: Cause.NOT_ASKED,
}


def cause_of(evidence: Evidence) -> Cause:
    """Return the class of a look. What nobody has thought of kills nothing."""
    if evidence.reason is None:
        return Cause.ALIVE
    cause = _CAUSES.get(evidence.reason, Cause.ODD)
    on_purpose = cause is Cause.GONE and evidence.http_status == STATUS_GONE_FOR_GOOD
    return Cause.GONE_FOR_GOOD if on_purpose else cause


@dataclass(frozen=True)
class Run:
    """Evidence against a link since it was last seen alive."""

    cause: Cause
    count: int
    first_at: datetime
    last_at: datetime


def grown(run: Run | None, cause: Cause, *, now: datetime) -> Run:
    """Return the run with one more piece of evidence.

    Classes that differ add up under the more careful rule of both, if they speak of the same: of the file,
    of the host, or of who asks. What speaks of the file outweighs the others: a timeout neither adds to a 404
    nor takes it back.
    """
    if run is None:
        return Run(cause, 1, now, now)
    if _speaks_of(run.cause) == _speaks_of(cause):
        careful = Cause.GONE_SOFT if cause in FILE else Cause.HOST_ERROR
        joined = cause if cause in {run.cause, Cause.GONE_FOR_GOOD} else careful
        return replace(run, cause=joined, count=run.count + 1, last_at=now)
    if cause in FILE or now - run.last_at >= STALE:
        return Run(cause, 1, now, now)
    return run


def _speaks_of(cause: Cause) -> tuple[bool, bool]:
    return cause in FILE, cause in REFUSAL


def outcome_of(evidence: Evidence) -> str:
    """Return the label that metrics give to a probe."""
    cause = cause_of(evidence)
    if cause is Cause.ALIVE:
        return "live"
    if cause is Cause.TIMEOUT:
        return "timeout"
    return "dead" if cause in FILE else "error"
