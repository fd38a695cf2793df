"""When a link will die, by the best evidence there is, and where that was read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wellspring_common.events.scrape import ExpiryBasis

from .signers import moment, signs

_NEWEST_ISSUE = timedelta(hours=1)
# what ends later is a service, not a link
_FARTHEST_SUNSET = timedelta(days=370)
_HOUR_S, _MINUTE_S = 3600, 60
# shorter lives are told in minutes
_HOURS_FROM_S = 5400


@dataclass(frozen=True)
class Expiry:
    """When a link dies, why we believe so, and in a few words where it was read."""

    at: datetime
    basis: ExpiryBasis
    evidence: str


def expiry_of(
    url: str,
    now: datetime,
    *,
    issued_at: int | None,
    lifetime_s: int | None,
    default_ttl_s: int,
    sunset: datetime | None = None,
) -> Expiry:
    """Return when a link found at `now` dies: by its parameters, else its issuer's word, else the default.

    `sunset` is what the header of that name says (RFC 8594). A server that still answers is not past it.
    """
    known = [Expiry(sign.at, ExpiryBasis.PARAMETER, sign.evidence) for sign in signs(url, now)]
    if sunset is not None and now < sunset < now + _FARTHEST_SUNSET:
        known.append(Expiry(sunset, ExpiryBasis.ISSUED_AT, "Sunset header"))
    if known:
        return min(known, key=lambda one: one.at)
    lifetime = timedelta(seconds=lifetime_s if lifetime_s is not None else default_ttl_s)
    issued = moment(issued_at, now) if issued_at is not None else None
    if issued is not None and issued <= now + _NEWEST_ISSUE:
        return Expiry(issued + lifetime, ExpiryBasis.ISSUED_AT, f"issued {issued:%H:%M} + {_words(lifetime)}")
    evidence = "default" if lifetime_s is None else f"definition: {_words(lifetime)}"
    return Expiry(now + lifetime, ExpiryBasis.DEFAULT, evidence)


def _words(lifetime: timedelta) -> str:
    seconds = lifetime.total_seconds()
    if seconds < _MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < _HOURS_FROM_S:
        return f"{seconds / _MINUTE_S:.0f} min"
    return f"{round(seconds / _HOUR_S, 1):g} h"
