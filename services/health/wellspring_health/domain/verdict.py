"""From what a probe saw to what is believed of a link (health reference, section 2.1)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

SOFT = frozenset({"html_body", "wrong_type", "too_small"})
"""An answer of 200 that is no film: the host's own page that says it is gone."""
DOUBT = timedelta(minutes=15)
LONGEST_DOUBT = timedelta(hours=6)
SECOND_LOOK = timedelta(minutes=10)
SECOND_SOFT_LOOK = timedelta(minutes=30)
DEAD_LOOK = timedelta(hours=6)
NOT_ASKED = "not_asked"
"""Our own pace kept us from asking: no evidence of anything."""
STATUS_GONE_FOR_GOOD = 410
REVIVAL = 2


def outcome_of(reason: str | None) -> str:
    """Return the label that metrics give to a probe."""
    if reason is None:
        return "live"
    if reason == "timeout":
        return "timeout"
    return "dead" if reason == "not_found" or reason in SOFT else "error"


class State(StrEnum):
    """What is believed of a link."""

    UNKNOWN = "unknown"
    ALIVE = "alive"
    SUSPECT = "suspect"
    DEAD = "dead"


@dataclass(frozen=True)
class Health:
    """What is known of one generation of a link. `strikes` counts evidence for the opposite in a row."""

    state: State
    strikes: int
    reason: str | None
    last_ok_at: datetime | None
    next_check_at: datetime


@dataclass(frozen=True)
class Evidence:
    """What one probe showed: nothing wrong, or a stable reason."""

    reason: str | None
    http_status: int | None = None
    latency_ms: int | None = None
    retry_after_s: float | None = None


def judge(held: Health, evidence: Evidence, *, now: datetime, interval: timedelta) -> Health:
    """Return what is believed after a probe.

    Only a file that is gone makes a link dead: at once on 410, on 404 and on a page in place of a film
    when seen twice some time apart. All else (a refusal, a busy host, the network) makes it suspect,
    because the link may work for others, and from here later.
    """
    if evidence.reason == NOT_ASKED:
        return replace(held, next_check_at=now + timedelta(seconds=evidence.retry_after_s or 0))
    if evidence.reason is None:
        return _alive(held, now=now, interval=interval)
    gone = evidence.reason == "not_found"
    soft = evidence.reason in SOFT
    if not gone and not soft:
        return _doubted(held, evidence, now=now)
    strikes = 1 if held.state is State.ALIVE else held.strikes + 1
    if held.state is State.DEAD or evidence.http_status == STATUS_GONE_FOR_GOOD or strikes > 1:
        return replace(
            held, state=State.DEAD, strikes=0, reason=evidence.reason, next_check_at=now + DEAD_LOOK
        )
    wait = SECOND_LOOK if gone else SECOND_SOFT_LOOK
    return replace(
        held, state=State.SUSPECT, strikes=strikes, reason=evidence.reason, next_check_at=now + wait
    )


def _alive(held: Health, *, now: datetime, interval: timedelta) -> Health:
    if held.state is State.DEAD and held.strikes + 1 < REVIVAL:
        return replace(held, strikes=held.strikes + 1, last_ok_at=now, next_check_at=now + SECOND_LOOK)
    return Health(state=State.ALIVE, strikes=0, reason=None, last_ok_at=now, next_check_at=now + interval)


def _doubted(held: Health, evidence: Evidence, *, now: datetime) -> Health:
    """A doubt neither kills nor revives, and does not count towards death either."""
    wait = DOUBT if evidence.retry_after_s is None else timedelta(seconds=evidence.retry_after_s)
    if held.reason == evidence.reason:
        wait = max(wait, min(wait * 2, LONGEST_DOUBT))
    state = held.state if held.state is State.DEAD else State.SUSPECT
    return replace(held, state=state, reason=evidence.reason, next_check_at=now + wait)
