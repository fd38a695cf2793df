"""What Dailymotion's refusals mean: the table of errors, in the words of all its generations."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wellspring_common.errors import Throttled, Transient
from wellspring_uploader.domain.dailymotion_answers import refusal, sending_refusal, wants_token
from wellspring_uploader.domain.platform_answers import Answer
from wellspring_uploader.domain.refusals import (
    AccountSuspected,
    CredentialsRefused,
    FileRefused,
    Forbidden,
    OutcomeUnknown,
    QuotaReached,
    SessionLost,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def legacy(status: int, kind: str, message: str, **data: Any) -> Answer:
    body = {"error": {"code": status, "type": kind, "message": message, "error_data": data}}
    return Answer(status, {}, json.dumps(body).encode())


def v2(
    status: int, code: str, message: str, details: dict[str, str] | None = None, *, retry_after: str = ""
) -> Answer:
    error = {"code": code, "message": message, "correlation_id": "c-1", "details": details or {}}
    return Answer(status, {"retry-after": retry_after}, json.dumps({"error": error}).encode())


@pytest.mark.parametrize(
    "answer",
    [
        legacy(403, "access_forbidden", "You have reached your upload quota"),
        legacy(400, "invalid_parameter", "Too many videos uploaded today"),
        v2(403, "UPLOAD_LIMIT_EXCEEDED", "You have reached the maximum number of videos in 24 hours"),
        v2(403, "FORBIDDEN", "The maximum duration of videos that you can upload per day is reached"),
        v2(429, "SOMETHING", "Slow down"),
        Answer(403, {}, b"<html><h1>Daily limit exceeded</h1></html>"),
    ],
)
def test_whatever_may_be_a_quota_is_one_and_its_words_are_kept(answer: Answer) -> None:
    found = refusal(answer, creating=True, now=NOW)
    assert isinstance(found, QuotaReached)
    assert found.raw == answer.text


def test_a_quota_says_when_it_is_free_where_the_platform_does() -> None:
    found = refusal(v2(429, "TOO_MANY", "Wait", retry_after="7200"), creating=True, now=NOW)
    assert isinstance(found, QuotaReached)
    assert found.until == NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (
            legacy(400, "missing_required_parameter", "No title", param="title"),
            FileRefused,
            "bad_field",
        ),
        (
            legacy(400, "invalid_parameter", "Longer than the limit of 3000", param="description"),
            FileRefused,
            "bad_field",
        ),
        (
            v2(403, "UPLOAD_LIMIT_EXCEEDED", "Your video is too long"),
            FileRefused,
            "too_long",
        ),
        (v2(403, "UPLOAD_LIMIT_EXCEEDED", "This video is too large"), FileRefused, "too_large"),
        (legacy(400, "invalid_parameter", "The file is gone", param="url"), SessionLost, "session_lost"),
        (v2(400, "INVALID", "Gone", {"param": "source.file_url"}), SessionLost, "session_lost"),
        (
            legacy(403, "access_forbidden", "Spam activity"),
            AccountSuspected,
            "account_suspected",
        ),
        (v2(403, "MISSING_PERMISSIONS", "You may not do this"), Forbidden, "forbidden"),
        (legacy(404, "not_found", "Can't find object user"), CredentialsRefused, "channel_not_found"),
        (legacy(401, "invalid_token", "Expired"), CredentialsRefused, "credentials_refused"),
        (legacy(500, "internal", "Oops"), OutcomeUnknown, "outcome_unknown"),
        (Answer(502, {}, b"<html>Bad Gateway</html>"), OutcomeUnknown, "outcome_unknown"),
        (Answer(302, {}, b""), OutcomeUnknown, "outcome_unknown"),
    ],
)
def test_a_refused_creation_is_told_by_its_class(answer: Answer, kind: type, code: str) -> None:
    found = refusal(answer, creating=True, now=NOW)
    assert type(found) is kind
    assert found.code == code


def test_other_calls_may_be_tried_again_after_a_server_error() -> None:
    found = refusal(Answer(504, {}, b"<html></html>"), creating=False, now=NOW)
    assert type(found) is Transient
    throttled = refusal(v2(429, "X", "Wait", retry_after="3"), creating=False, now=NOW)
    assert isinstance(throttled, Throttled)
    assert throttled.retry_after == 3


def test_the_older_apis_say_by_400_too_that_a_token_is_no_good() -> None:
    assert wants_token(legacy(400, "invalid_token", "Malformed"))
    assert not wants_token(legacy(400, "invalid_parameter", "title"))


@pytest.mark.parametrize(
    ("said", "kind"),
    [("file too large", FileRefused), ("not a video", FileRefused), ("wrong seal", SessionLost)],
)
def test_an_upload_host_refuses_the_file_or_the_address(said: str, kind: type) -> None:
    assert type(sending_refusal(Answer(400, {}, json.dumps({"error": said}).encode()))) is kind
