"""Whether a viewer may be sent to a link: the one answer of all who show, count or model it."""

from datetime import datetime, timedelta
from typing import Protocol

HARD_BASES = frozenset({"parameter", "issued_at"})
LEARNED = "learned"
TRUST_PAST_LEARNED = timedelta(minutes=2)
SINGLE_USE = "single_use"
UNUSED_FOR = timedelta(minutes=10)
"""So long after its scrape a link that works once is taken to be still unused."""


class Known(Protocol):
    """What must be known of a link."""

    @property
    def state(self) -> str:
        """What probes showed of its present generation."""
        ...

    @property
    def ok_at(self) -> datetime | None:
        """When a look last found the file."""
        ...

    @property
    def host_down(self) -> bool:
        """Whether health holds back from its host, because most of what it asked there failed."""
        ...

    @property
    def expires_at(self) -> datetime | None:
        """When it ends, as far as anybody knows."""
        ...

    @property
    def expiry_basis(self) -> str:
        """What the expiry rests on."""
        ...

    @property
    def refresh_class(self) -> str:
        """What a new scrape, or a use, does to it."""
        ...

    @property
    def scraped_at(self) -> datetime | None:
        """When a scrape last found it."""
        ...


def is_offered(link: Known, *, now: datetime, trust: timedelta) -> bool:
    """Return whether a viewer may be sent to a link.

    An expiry that the URL states is final. A learned or default one is a guess, which a probe that found
    the file within `trust` outweighs. What is learned is no mere default: links of this server have been seen
    to die from then on, at any moment, so that only a probe of just now outweighs it. While a host is down,
    a scrape finds the other servers, which a press on its links would not. A link that works once is for
    whoever had it scraped.
    """
    if link.state == "dead" or link.host_down or _may_be_used_up(link, now=now):
        return False
    if link.expires_at is None or link.expires_at > now:
        return True
    if link.expiry_basis in HARD_BASES:
        return False
    if link.expiry_basis == LEARNED:
        trust = min(trust, TRUST_PAST_LEARNED)
    return link.state == "alive" and link.ok_at is not None and link.ok_at > now - trust


def turning_points(link: Known, *, trust: timedelta) -> list[datetime]:
    """Return the moments at which time alone may change whether a link is offered, or how it is ranked."""
    points = [link.expires_at] if link.expires_at is not None else []
    if link.ok_at is not None:
        points += [link.ok_at + trust, link.ok_at + min(trust, TRUST_PAST_LEARNED)]
    if link.refresh_class == SINGLE_USE and link.scraped_at is not None:
        points.append(link.scraped_at + UNUSED_FOR)
    return points


def _may_be_used_up(link: Known, *, now: datetime) -> bool:
    if link.refresh_class != SINGLE_USE:
        return False
    return link.scraped_at is None or link.scraped_at < now - UNUSED_FOR
