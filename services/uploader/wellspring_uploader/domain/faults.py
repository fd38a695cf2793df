"""What an error of a platform means, by what was being done: the table of error classes (B4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from wellspring_common.errors import Permanent, Throttled, WellspringError
from wellspring_common.events.uploads import UploadState

from .refusals import (
    AccountSuspected,
    CredentialsRefused,
    Forbidden,
    OutcomeUnknown,
    QuotaReached,
    SessionLost,
)
from .rules import Rules
from .states import Happening
from .upload import ChannelState, Upload

LONGEST_DETAIL = 2000
SHORTEST_HALT = timedelta(seconds=10)


class Phase(StrEnum):
    """What was asked of a platform."""

    BEGIN = "begin"
    SEND = "send"
    CREATE = "create"
    FIND = "find"
    PUBLISH = "publish"
    LOOK = "look"


_MAKING = frozenset({Phase.BEGIN, Phase.SEND, Phase.CREATE})


@dataclass(frozen=True)
class Outcome:
    """What follows from an error."""

    happening: Happening
    code: str
    detail: str
    counts: bool = False
    wait_until: datetime | None = None
    stops: ChannelState | None = None
    drops_place: bool = False
    drops_reference: bool = False


def outcome_of(
    error: WellspringError,
    phase: Phase,
    upload: Upload,
    *,
    makes_by_sending: bool,
    is_day_full: bool,
    now: datetime,
    rules: Rules,
) -> Outcome:
    """Return what an error means for an upload. `is_day_full`: our own ledger says so."""
    code, detail = error.code, error.message[:LONGEST_DETAIL]
    is_quota = isinstance(error, QuotaReached) or (isinstance(error, Forbidden) and is_day_full)
    if is_quota and phase in _MAKING | {Phase.PUBLISH}:
        return Outcome(Happening.QUOTA, code, detail)
    halt = _halt(error, phase, now=now, rules=rules)
    if halt is not None:
        return halt
    if isinstance(error, Permanent):
        return Outcome(Happening.REFUSED, code, detail)
    may_be_made = phase is Phase.CREATE or (phase is Phase.SEND and makes_by_sending)
    if isinstance(error, OutcomeUnknown) and may_be_made:
        return Outcome(Happening.UNKNOWN, code, detail)
    return _a_try(error, phase, upload, now=now, rules=rules)


def _halt(error: WellspringError, phase: Phase, *, now: datetime, rules: Rules) -> Outcome | None:
    """Return what stops or delays a target, where nothing was done."""
    code, detail = error.code, error.message[:LONGEST_DETAIL]
    stops, wait = None, None
    if isinstance(error, CredentialsRefused):
        stops = ChannelState.AUTH_PAUSED
    elif isinstance(error, AccountSuspected):
        stops = ChannelState.HELD
    elif isinstance(error, Throttled):
        wait = max(timedelta(seconds=error.retry_after), SHORTEST_HALT)
    elif phase in {Phase.FIND, Phase.LOOK}:
        wait = max(rules.look_first, SHORTEST_HALT)
    else:
        return None
    wait_until = None if wait is None else now + wait
    return Outcome(Happening.HALTED, code, detail, wait_until=wait_until, stops=stops)


def _a_try(error: WellspringError, phase: Phase, upload: Upload, *, now: datetime, rules: Rules) -> Outcome:
    code, detail = error.code, error.message[:LONGEST_DETAIL]
    is_lost = isinstance(error, SessionLost)
    is_stale = upload.session.get("waited") or (upload.session.get("resumed") and phase is Phase.SEND)
    if is_lost and is_stale and phase in {Phase.CREATE, Phase.SEND}:
        # Waiting and interruptions are nobody's failure: the bytes go once more, to a new place.
        return Outcome(Happening.RENEWED, code, detail, drops_place=True, drops_reference=True)
    tries = upload.tries + 1
    wait_until = now + rules.wait_after(tries)
    drops_reference = is_lost and phase is Phase.CREATE
    if tries < rules.most_tries:
        happening = Happening.FAILED
    elif phase is Phase.PUBLISH:
        # it may be published all the same: it is looked at before it is given up
        happening = Happening.HALTED
    else:
        happening = Happening.GAVE_UP
    return Outcome(
        happening,
        code,
        detail,
        counts=True,
        wait_until=wait_until if happening is not Happening.GAVE_UP else None,
        drops_place=is_lost,
        drops_reference=drops_reference,
    )


def must_be_settled(upload: Upload, rules: Rules) -> bool:
    """Return whether publishing has failed for the last time: what became of the video decides."""
    at_publishing = upload.state in {UploadState.CREATED, UploadState.PUBLISH_INTENT}
    return at_publishing and upload.tries >= rules.most_tries
