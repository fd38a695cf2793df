"""When a link will die, by the evidence in its own URL."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from wellspring_common.events.scrape import ExpiryBasis

_ABSOLUTE = ("expires", "expire", "exp", "expiry", "e", "valid_until", "validto", "deadline")
_SIGNED = (("x-amz-date", "x-amz-expires"), ("x-goog-date", "x-goog-expires"))
_AKAMAI = re.compile(r"(?:^|~)exp=(\d{10})(?:~|$)")
_MILLISECONDS = 10**12
# a time further away than this is a number that means something else
_PLAUSIBLE = timedelta(days=370)
_NEWEST_ISSUE = timedelta(hours=1)
_MOST_PARAMETERS = 100


@dataclass(frozen=True)
class Expiry:
    """When a link dies, and why we believe so."""

    at: datetime
    basis: ExpiryBasis


def expiry_of(
    url: str, now: datetime, *, issued_at: int | None, lifetime_s: int | None, default_ttl_s: int
) -> Expiry:
    """Return when a link found at `now` dies: by its parameters, else its issue, else the default."""
    known = _by_parameter(url, now)
    if known is not None:
        return Expiry(known, ExpiryBasis.PARAMETER)
    lifetime = timedelta(seconds=lifetime_s if lifetime_s is not None else default_ttl_s)
    issued = _moment(issued_at, now) if issued_at is not None else None
    if issued is not None and issued <= now + _NEWEST_ISSUE:
        return Expiry(issued + lifetime, ExpiryBasis.ISSUED_AT)
    return Expiry(now + lifetime, ExpiryBasis.DEFAULT)


def _by_parameter(url: str, now: datetime) -> datetime | None:
    try:
        pairs = parse_qsl(urlsplit(url).query, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        return None
    found = {name.lower(): value for name, value in reversed(pairs)}
    times = [_signed(found, *names) for names in _SIGNED]
    times += [_number(found.get(name, ""), now) for name in _ABSOLUTE]
    times += [_azure(found.get("se"))]
    for value in found.values():
        times += [_akamai(value, now), _jwt(value, now)]
    return min((at for at in times if at is not None), default=None)


def _moment(seconds: float, now: datetime) -> datetime | None:
    if seconds >= _MILLISECONDS:
        seconds /= 1000
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if abs(at - now) < _PLAUSIBLE else None


def _number(text: str, now: datetime) -> datetime | None:
    unix = text.isascii() and text.isdigit() and 10 <= len(text) <= 13  # noqa: PLR2004
    return _moment(int(text), now) if unix else None


def _signed(found: Mapping[str, str], date: str, seconds: str) -> datetime | None:
    if date not in found:
        return None
    try:
        issued = datetime.strptime(found[date], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return issued + timedelta(seconds=int(found.get(seconds, "")))
    except (ValueError, OverflowError):
        return None


def _azure(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _akamai(text: str, now: datetime) -> datetime | None:
    found = _AKAMAI.search(text)
    return None if found is None else _number(found.group(1), now)


def _jwt(text: str, now: datetime) -> datetime | None:
    parts = text.split(".")
    if len(parts) != 3 or not text.startswith("eyJ"):  # noqa: PLR2004
        return None
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        expires = payload.get("exp") if isinstance(payload, dict) else None
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(expires, int | float) or isinstance(expires, bool):
        return None
    return _moment(float(expires), now)
