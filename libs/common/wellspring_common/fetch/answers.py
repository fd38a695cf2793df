"""What a status and its headers mean, as stable codes."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from wellspring_common.errors import Permanent, Throttled, Transient, WellspringError

DEFAULT_RETRY_AFTER_S = 5.0
LONGEST_RETRY_AFTER_S = 24 * 3600.0

_CHALLENGE_STATUS = frozenset({401, 403, 429, 503})
_CHALLENGE = re.compile(
    rb"cf-turnstile|_cf_chl_opt|/cdn-cgi/challenge-platform|<title>Just a moment|<title>Attention Required!"
    rb"|Checking your browser before|DDoS-Guard|ddos-guard/check|captcha-delivery\.com|sucuri_cloudproxy_js"
    rb"|g-recaptcha|h-captcha",
    re.IGNORECASE,
)
_CHALLENGE_SCRIPT = b"_cf_chl_opt"
_CHALLENGE_TITLE = b"<title>Just a moment...</title>"
_START = 16_384


def is_challenge(status: int, headers: Mapping[str, str], start: bytes) -> bool:
    """Return whether a bot wall answered instead of the site. `start` is the beginning of the body."""
    if headers.get("cf-mitigated", "").lower() == "challenge":
        return True
    if status in _CHALLENGE_STATUS:
        return _CHALLENGE.search(start, 0, _START) is not None
    looked_at = start[:_START]
    return _CHALLENGE_SCRIPT in looked_at or _CHALLENGE_TITLE in looked_at


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` asks for, in either of its forms."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_RETRY_AFTER_S)
    at = _date(text)
    return None if at is None else min(max((at - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER_S)


def sunset(headers: Mapping[str, str]) -> datetime | None:
    """Return when the server says that the resource will be gone (RFC 8594)."""
    return _date(headers.get("sunset", "").strip())


def _date(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def status_code(status: int, wait: float | None = None) -> str | None:
    """Return the stable code of a status, or nothing where the answer is a success or a redirect.

    `wait` is what `Retry-After` asked for: with it, a 503 is a host that throttles.
    """
    if status < 400:  # noqa: PLR2004  (an HTTP status)
        return None
    if status in {404, 410}:
        return "not_found"
    if status in {401, 403, 451}:
        return "forbidden"
    if status == 429 or (status == 503 and wait is not None):  # noqa: PLR2004  (an HTTP status)
        return "throttled"
    if status == 408:  # noqa: PLR2004  (an HTTP status)
        return "timeout"
    return "server_error" if status >= 500 else "refused"  # noqa: PLR2004  (an HTTP status)


def failure(status: int, wait: float | None) -> WellspringError | None:
    """Return the error that a status stands for, if it stands for one."""
    code = status_code(status, wait)
    if code is None:
        return None
    message = f"The server answered {status}."
    if code == "throttled":
        return Throttled(message, retry_after=DEFAULT_RETRY_AFTER_S if wait is None else wait)
    if code in {"server_error", "timeout"}:
        return Transient(message, code=code)
    return Permanent(message, code=code)
