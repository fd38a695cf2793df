"""Where the common signers of URLs write down when a link dies."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_ABSOLUTE = ("expires", "expire", "exp", "expiry", "e", "valid_until", "validto", "deadline")
_SIGNED = (("X-Amz-Date", "X-Amz-Expires"), ("X-Goog-Date", "X-Goog-Expires"))
_AKAMAI = re.compile(r"(?:^|[~=])exp=(\d{10})(?:~|$)")
# nginx's secure_link writes 22 letters of base64, others a digest in hex
_DIGEST = re.compile(r"(?:[A-Za-z0-9_-]{22}|[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64})")
_TOKENS = ("token", "sig", "signature", "hash", "key", "auth", "st", "md5", "verify", "hmac")
_STAMPED = re.compile(
    r"(?:(?P<before>[A-Za-z0-9]{16,64})[_.:~-])?(?P<unix>\d{10})(?:[_.:~-](?P<after>[A-Za-z0-9]{16,64}))?"
)
_MILLISECONDS = 10**12
# a time further away than this is a number that means something else
_PLAUSIBLE = timedelta(days=370)
# nothing but a digest beside it says that such a number is an expiry: it must look like one in itself
_PLAUSIBLE_UNNAMED = timedelta(days=14)
_MOST_PARAMETERS = 100
_MOST_SEGMENTS = 40
_LONGEST_TOKEN = 8192


@dataclass(frozen=True)
class Sign:
    """One place in a URL that says when it dies."""

    at: datetime
    evidence: str


def signs(url: str, now: datetime) -> Iterator[Sign]:
    """Yield what a URL says of its own expiry. A number without a name counts only beside a digest."""
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        return
    found = {name.lower(): value for name, value in reversed(pairs)}
    yield from _of_query(found, now)
    yield from _of_path([unquote(one) for one in parts.path.split("/")[:_MOST_SEGMENTS]], now)


def moment(seconds: float, now: datetime) -> datetime | None:
    """Return the time that a unix time in seconds or milliseconds names, if it is near enough to be one."""
    if seconds >= _MILLISECONDS:
        seconds /= 1000
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if abs(at - now) < _PLAUSIBLE else None


def _of_query(found: Mapping[str, str], now: datetime) -> Iterator[Sign]:
    for date, seconds in _SIGNED:
        yield from _sign(_signed(found, date.lower(), seconds.lower()), f"{date} + {seconds}")
    for name in _ABSOLUTE:
        yield from _sign(_number(found.get(name, ""), now), name)
    yield from _sign(_azure(found.get("se")), "se")
    yield from _sign(_cloudfront(found.get("policy", ""), now), "DateLessThan in Policy")
    for name, value in found.items():
        yield from _sign(_akamai(value, now), f"exp in {name[:20]}")
        yield from _sign(_jwt(value, now), "exp in a JWT")
    for name in _TOKENS:
        yield from _sign(_stamped(found.get(name, ""), now), f"time in {name}")


def _of_path(segments: list[str], now: datetime) -> Iterator[Sign]:
    for segment, following in zip(segments, [*segments[1:], ""], strict=True):
        yield from _sign(_jwt(segment, now), "exp in a JWT in the path")
        yield from _sign(_akamai(segment, now), "exp in the path")
        if segment.lower() in _ABSOLUTE:
            yield from _sign(_number(following, now), f"{segment.lower()} in the path")
        for digest, number in ((segment, following), (following, segment)):
            if len(number) == 10 and _DIGEST.fullmatch(digest) is not None:  # noqa: PLR2004  (parts and digits of its form)
                yield from _sign(_soon(_number(number, now), now), "time beside a digest in the path")


def _sign(at: datetime | None, evidence: str) -> Iterator[Sign]:
    if at is not None:
        yield Sign(at, evidence)


def _soon(at: datetime | None, now: datetime) -> datetime | None:
    return at if at is not None and now < at < now + _PLAUSIBLE_UNNAMED else None


def _number(text: str, now: datetime) -> datetime | None:
    unix = text.isascii() and text.isdigit() and 10 <= len(text) <= 13  # noqa: PLR2004  (parts and digits of its form)
    return moment(int(text), now) if unix else None


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


def _stamped(text: str, now: datetime) -> datetime | None:
    found = _STAMPED.fullmatch(text)
    if found is None or not (found["before"] or found["after"]):
        return None
    return _soon(_number(found["unix"], now), now)


def _jwt(text: str, now: datetime) -> datetime | None:
    parts = text.split(".")
    if len(parts) != 3 or not text.startswith("eyJ"):  # noqa: PLR2004  (parts and digits of its form)
        return None
    payload = _json(parts[1], altchars="-_")
    return _epoch(payload.get("exp") if isinstance(payload, dict) else None, now)


def _cloudfront(text: str, now: datetime) -> datetime | None:
    """Return the latest time that a CloudFront policy allows. Its base64 has `-_~` for `+=/`."""
    policy: Any = _json(text.replace("_", "="), altchars="-~") if text else None
    try:
        ends = policy["Statement"][0]["Condition"]["DateLessThan"]["AWS:EpochTime"]
    except (TypeError, KeyError, IndexError):
        return None
    return _epoch(ends, now)


def _json(text: str, *, altchars: str) -> Any:
    if len(text) > _LONGEST_TOKEN:
        return None
    bare = text.rstrip("=")
    try:
        return json.loads(base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=altchars.encode()))
    except (binascii.Error, ValueError, RecursionError):
        return None


def _epoch(seconds: object, now: datetime) -> datetime | None:
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return None
    return moment(seconds, now)
