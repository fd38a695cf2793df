"""Which expiry is stored with a link: what the scraper read, what was read before, or what was learned."""

from dataclasses import dataclass
from datetime import datetime

from wellspring_common.events.scrape import ExpiryBasis, FoundLink
from wellspring_common.text import storable

from .lifetimes import Lifetime

_ISSUERS_WORD = frozenset({ExpiryBasis.PARAMETER, ExpiryBasis.ISSUED_AT})


@dataclass(frozen=True)
class Belief:
    """When a link is taken to die, why, and where that was read."""

    expires_at: datetime | None
    basis: ExpiryBasis
    evidence: str | None


@dataclass(frozen=True)
class Before:
    """What is stored in a link's place."""

    url: str
    made_at: datetime
    belief: Belief


def believed(link: FoundLink, before: Before | None, life: Lifetime | None, *, seen_at: datetime) -> Belief:
    """Return the expiry to store with a link that was found at `seen_at`.

    Only a guess of the scraper's is bettered: by what the issuer had said of the same URL, while that is to
    come, else by what was learned of its server, counted from when the URL was first seen.
    """
    said = link.expiry_evidence
    own = Belief(link.expires_at, link.expiry_basis, None if said is None else storable(said))
    if own.basis is not ExpiryBasis.DEFAULT:
        return own
    is_same = before is not None and before.url == link.url
    if is_same and before is not None and _still_stands(before.belief, seen_at):
        return before.belief
    if life is None:
        return own
    made_at = before.made_at if is_same and before is not None else seen_at
    ends = life.ends(made_at=made_at, seen_at=seen_at)
    return own if ends is None else Belief(ends, ExpiryBasis.LEARNED, life.evidence(link.server))


def _still_stands(belief: Belief, seen_at: datetime) -> bool:
    return belief.basis in _ISSUERS_WORD and belief.expires_at is not None and belief.expires_at > seen_at
