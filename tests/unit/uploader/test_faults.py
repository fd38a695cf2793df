"""What an error of a platform means, by what was asked: the error classes, one row each."""

from datetime import datetime, timedelta

import pytest

from tests.unit.uploader.uploads import NOW, upload
from wellspring_common.errors import Permanent, Throttled, Transient, WellspringError
from wellspring_common.events.uploads import UploadState
from wellspring_uploader.domain.faults import Outcome, Phase, must_be_settled, outcome_of
from wellspring_uploader.domain.refusals import (
    AccountSuspected,
    CredentialsRefused,
    FileRefused,
    Forbidden,
    OutcomeUnknown,
    QuotaReached,
    SessionLost,
)
from wellspring_uploader.domain.rules import Rules
from wellspring_uploader.domain.states import Happening
from wellspring_uploader.domain.upload import ChannelState

H = Happening
RULES = Rules()
MINUTE = timedelta(minutes=1)


def outcome(
    error: WellspringError,
    phase: Phase,
    *,
    tries: int = 0,
    makes_by_sending: bool = False,
    is_day_full: bool = False,
    **session: object,
) -> Outcome:
    found = upload(UploadState.SENDING, tries=tries, session=session)
    return outcome_of(
        error,
        phase,
        found,
        makes_by_sending=makes_by_sending,
        is_day_full=is_day_full,
        now=NOW,
        rules=RULES,
    )


MAKING = (Phase.BEGIN, Phase.SEND, Phase.CREATE)
WORKING = (*MAKING, Phase.PUBLISH)
LOOKING = (Phase.FIND, Phase.LOOK)
TABLE: list[tuple[WellspringError, tuple[Phase, ...], Happening, bool]] = [
    (CredentialsRefused("x"), (*WORKING, *LOOKING), H.HALTED, False),
    (AccountSuspected("x"), (*WORKING, *LOOKING), H.HALTED, False),
    (Forbidden("x"), (*WORKING, *LOOKING), H.HALTED, False),
    (QuotaReached("x"), WORKING, H.QUOTA, False),
    (Throttled("x", retry_after=30), (*WORKING, *LOOKING), H.HALTED, False),
    (FileRefused("x"), WORKING, H.REFUSED, False),
    (Permanent("x"), WORKING, H.REFUSED, False),
    (OutcomeUnknown("x"), (Phase.CREATE,), H.UNKNOWN, False),
    (OutcomeUnknown("x"), (Phase.BEGIN, Phase.SEND, Phase.PUBLISH), H.FAILED, True),
    (SessionLost("x"), WORKING, H.FAILED, True),
    (Transient("x"), WORKING, H.FAILED, True),
    (Transient("x"), LOOKING, H.HALTED, False),
    (OutcomeUnknown("x"), LOOKING, H.HALTED, False),
    (QuotaReached("x"), LOOKING, H.HALTED, False),
    (FileRefused("x"), LOOKING, H.HALTED, False),
]
ROWS = [
    pytest.param(error, phase, happening, counts, id=f"{type(error).__name__}-{phase}")
    for error, phases, happening, counts in TABLE
    for phase in phases
]


@pytest.mark.parametrize(("error", "phase", "happening", "counts"), ROWS)
def test_what_follows_from_an_error_and_whether_it_is_a_try(
    error: WellspringError, phase: Phase, happening: Happening, counts: bool
) -> None:
    found = outcome(error, phase)
    assert (found.happening, found.counts) == (happening, counts)


@pytest.mark.parametrize(
    ("error", "stops"),
    [
        (CredentialsRefused("x"), ChannelState.AUTH_PAUSED),
        (Forbidden("x"), ChannelState.AUTH_PAUSED),
        (AccountSuspected("x"), ChannelState.HELD),
        (Transient("x"), None),
        (QuotaReached("x"), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_who_is_not_let_in_any_more_stops_the_target(
    error: WellspringError, stops: ChannelState | None
) -> None:
    assert outcome(error, Phase.CREATE).stops is stops


def test_a_forbidden_call_is_a_quota_where_our_ledger_is_full() -> None:
    assert outcome(Forbidden("x"), Phase.CREATE, is_day_full=True).happening is H.QUOTA
    assert outcome(Forbidden("x"), Phase.LOOK, is_day_full=True).happening is H.HALTED


def test_where_the_last_byte_makes_the_video_the_end_of_sending_is_unknown() -> None:
    assert outcome(OutcomeUnknown("x"), Phase.SEND, makes_by_sending=True).happening is H.UNKNOWN
    assert outcome(OutcomeUnknown("x"), Phase.BEGIN, makes_by_sending=True).happening is H.FAILED


@pytest.mark.parametrize(
    ("tries", "happening", "wait"), [(0, H.FAILED, 1), (1, H.FAILED, 5), (2, H.GAVE_UP, None)]
)
def test_a_third_failure_is_the_last(tries: int, happening: Happening, wait: int | None) -> None:
    found = outcome(Transient("x"), Phase.SEND, tries=tries)
    until: datetime | None = None if wait is None else NOW + wait * MINUTE
    assert (found.happening, found.wait_until) == (happening, until)


def test_a_third_failure_of_publishing_is_settled_by_looking() -> None:
    found = outcome(Transient("x"), Phase.PUBLISH, tries=2)
    assert (found.happening, found.counts) == (H.HALTED, True)
    assert must_be_settled(upload(UploadState.CREATED, tries=3), RULES)
    assert not must_be_settled(upload(UploadState.CREATED, tries=2), RULES)
    assert not must_be_settled(upload(UploadState.SENT, tries=3), RULES)


def test_what_went_stale_in_a_wait_or_an_interruption_costs_no_try() -> None:
    for phase in (Phase.SEND, Phase.CREATE):
        assert outcome(SessionLost("x"), phase, waited=True).happening is H.RENEWED
    assert outcome(SessionLost("x"), Phase.SEND, resumed=True).happening is H.RENEWED
    assert outcome(SessionLost("x"), Phase.CREATE, resumed=True).counts


def test_a_lost_place_is_not_used_again_and_a_busy_one_is() -> None:
    assert outcome(SessionLost("x"), Phase.SEND).drops_place
    assert not outcome(Transient("x"), Phase.SEND).drops_place
    assert outcome(SessionLost("x"), Phase.CREATE).drops_reference
    assert not outcome(Transient("x"), Phase.CREATE).drops_reference


def test_who_asks_for_patience_gets_it_and_never_less_than_ten_seconds() -> None:
    assert outcome(Throttled("x", retry_after=90), Phase.SEND).wait_until == NOW + timedelta(seconds=90)
    assert outcome(Throttled("x", retry_after=0), Phase.SEND).wait_until == NOW + timedelta(seconds=10)
