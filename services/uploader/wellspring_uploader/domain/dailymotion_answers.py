"""What a refusal of Dailymotion means, for all three generations of its API.

How a refused quota looks stands in no text of the platform, so everything that may be one is taken for one:
waiting for nothing costs an hour, and trying again costs the file once more.
"""

import re
from datetime import datetime, timedelta

from wellspring_common.errors import Permanent, Throttled, Transient, WellspringError

from .platform_answers import Answer
from .refusals import (
    AccountSuspected,
    CredentialsRefused,
    FileRefused,
    Forbidden,
    OutcomeUnknown,
    QuotaReached,
    SessionLost,
)

DEFAULT_WAIT_S = 60.0
_QUOTA = re.compile(
    r"\blimit|\bquota|\brate\b|exceed|too many|\bmaximum (number|duration|amount)|\b24 ?h|per day|daily"
)
_SPAM = re.compile(r"\bspam|abus|suspicious")
_TOO_LARGE = re.compile(r"\btoo (large|big|heavy)\b|\bfile size\b")
_TOO_LONG = re.compile(r"\btoo long\b|\bvideo duration\b")
_UNREADABLE = re.compile(r"unreadable|corrupt|not a video|invalid (file|video|format)|unsupported")
_OF_THE_FILE = frozenset({"url", "file_url", "source", "source.file_url", "source.url"})
_BAD, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY, _SERVER = 400, 401, 403, 404, 429, 500


def wants_token(answer: Answer) -> bool:
    """Return whether a refusal is about the token alone: the older APIs say that by 400 too."""
    if answer.status == _UNAUTHORIZED:
        return True
    return answer.status == _BAD and answer.error.code in {"invalid_token", "expired_token"}


def refusal(answer: Answer, *, creating: bool, now: datetime) -> WellspringError:
    """Return what an answer that is no success means. `creating` is the call that makes a video."""
    status = answer.status
    if wants_token(answer):
        return CredentialsRefused(f"Dailymotion refused a token that it had just given out: {answer.said}")
    if status >= _SERVER or status < _BAD:
        if creating:
            return OutcomeUnknown(f"Dailymotion answered {status}: the video may be there, or not.")
        return Transient(f"Dailymotion answered {status}: {answer.said}", code="server_error")
    if creating:
        return _of_a_creation(answer, now)
    return _of_a_question(answer, now)


def unclear(answer: Answer, *, creating: bool) -> WellspringError:
    """Return what a success without the expected content means."""
    if creating:
        return OutcomeUnknown(f"Dailymotion answered {answer.status} and named no video.")
    return Transient(f"Dailymotion answered {answer.status} without what was asked for.", code="garbage")


def sending_refusal(answer: Answer) -> WellspringError:
    """Return what an upload host meant that did not take the file."""
    words = answer.error.words
    if _TOO_LARGE.search(words):
        return FileRefused(answer.said, code="too_large")
    if _UNREADABLE.search(words):
        return FileRefused(answer.said, code="unreadable")
    return SessionLost(f"The upload host answered {answer.status}: {answer.said}")


def _of_a_creation(answer: Answer, now: datetime) -> WellspringError:  # noqa: PLR0911  (a table)
    told, words = answer.error, answer.error.words or answer.text[:500].lower()
    if told.param in _OF_THE_FILE:
        return SessionLost(f"Dailymotion does not take the file that it was sent: {answer.said}")
    if told.param:
        return FileRefused(answer.said, code="bad_field")
    if _SPAM.search(words):
        return AccountSuspected(answer.said)
    if _TOO_LONG.search(words):
        return FileRefused(answer.said, code="too_long")
    if _TOO_LARGE.search(words):
        return FileRefused(answer.said, code="too_large")
    if answer.status == _TOO_MANY or _QUOTA.search(words):
        wait = answer.wait_s(now)
        until = None if wait is None else now + timedelta(seconds=wait)
        return QuotaReached(answer.said, until=until, raw=answer.raw)
    if answer.status == _FORBIDDEN:
        return Forbidden(answer.said, raw=answer.raw)
    if answer.status == _NOT_FOUND:
        return CredentialsRefused(f"There is no such channel: {answer.said}", code="channel_not_found")
    return FileRefused(answer.said, code="refused")


def _of_a_question(answer: Answer, now: datetime) -> WellspringError:
    words = answer.error.words
    if answer.status == _TOO_MANY:
        wait = answer.wait_s(now)
        return Throttled(answer.said, retry_after=DEFAULT_WAIT_S if wait is None else wait)
    if answer.status == _FORBIDDEN:
        return (
            AccountSuspected(answer.said) if _SPAM.search(words) else Forbidden(answer.said, raw=answer.raw)
        )
    if answer.status == _NOT_FOUND:
        return Permanent(answer.said, code="not_found")
    if answer.error.param:
        return FileRefused(answer.said, code="bad_field")
    return Permanent(answer.said, code="refused")
