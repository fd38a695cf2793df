"""From what a probe saw to what is believed of a link (docs/health.md has the table for operators)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .evidence import FILE, MUTE, REFUSAL, RULES, Cause, Evidence, Run, cause_of, grown
from .rhythm import LONGEST_DOUBT, back_off, dead_look

SECOND_LOOK = timedelta(minutes=10)
"""Before a dead link that answered is asked whether it meant it."""
REVIVAL = 2


class State(StrEnum):
    """What is believed of a link."""

    UNKNOWN = "unknown"
    ALIVE = "alive"
    SUSPECT = "suspect"
    DEAD = "dead"


@dataclass(frozen=True)
class Health:
    """What is known of one generation of a link.

    `run` is the evidence against it since it was last seen alive, `strikes` how often in a row a dead link
    has answered since.
    """

    state: State
    strikes: int
    reason: str | None
    last_ok_at: datetime | None
    next_check_at: datetime
    run: Run | None = None


def judge(
    held: Health,
    evidence: Evidence,
    *,
    now: datetime,
    interval: timedelta,
    frozen: bool = False,
    host_good_at: datetime | None = None,
) -> Health:
    """Return what is believed after a probe.

    One look that shows the file makes a suspect alive, two do it for a dead link. What speaks against a link
    kills it when there is enough of it over enough time (`RULES`), and never while its host is `frozen`: what
    a breaker holds open shows is evidence of the host, and counts for no link. A refusal may be of us: it
    kills only if the host has served another file since it began (`host_good_at`).
    """
    cause = cause_of(evidence)
    if cause is Cause.NOT_ASKED:
        return replace(held, next_check_at=now + timedelta(seconds=evidence.retry_after_s or 0))
    if cause is Cause.ALIVE:
        return _seen(held, now=now, interval=interval)
    if frozen or cause in MUTE:
        return _doubted(held, evidence, cause, now=now)
    run = grown(held.run, cause, now=now)
    adds = run != held.run
    if held.state is State.DEAD or (adds and _is_enough(run) and _is_witnessed(run, host_good_at)):
        return replace(
            held,
            state=State.DEAD,
            # What says nothing of the file takes no hope away from a dead link that has answered once.
            strikes=0 if cause in FILE else held.strikes,
            reason=evidence.reason,
            next_check_at=now + dead_look(now - run.first_at),
            run=run,
        )
    return replace(
        held,
        state=State.SUSPECT,
        strikes=0,
        reason=evidence.reason,
        next_check_at=now + _wait(run, cause),
        run=run,
    )


def _is_enough(run: Run) -> bool:
    rule = RULES[run.cause]
    return run.count >= rule.times and run.last_at - run.first_at >= rule.over


def _is_witnessed(run: Run, host_good_at: datetime | None) -> bool:
    """Return whether it is the file that is refused. The link itself was never good in its run."""
    return run.cause not in REFUSAL or (host_good_at is not None and host_good_at > run.first_at)


def _wait(run: Run, cause: Cause) -> timedelta:
    if cause in REFUSAL and _is_enough(run):
        return LONGEST_DOUBT
    rule = RULES[cause]
    return back_off(run.count) if rule.again is None else rule.again


def _seen(held: Health, *, now: datetime, interval: timedelta) -> Health:
    if held.state is State.DEAD and held.strikes + 1 < REVIVAL:
        return replace(held, strikes=held.strikes + 1, last_ok_at=now, next_check_at=now + SECOND_LOOK)
    return Health(state=State.ALIVE, strikes=0, reason=None, last_ok_at=now, next_check_at=now + interval)


def _doubted(held: Health, evidence: Evidence, cause: Cause, *, now: datetime) -> Health:
    """A doubt makes a link suspect. It neither kills nor revives, and takes no evidence away."""
    wait = back_off(1 if held.reason != evidence.reason else 2)
    if evidence.retry_after_s is not None:
        wait = max(timedelta(seconds=evidence.retry_after_s), timedelta(seconds=1))
    elif cause in FILE:
        wait = RULES[cause].again or wait
    state = held.state if held.state is State.DEAD else State.SUSPECT
    return replace(held, state=state, reason=evidence.reason, next_check_at=now + wait)
