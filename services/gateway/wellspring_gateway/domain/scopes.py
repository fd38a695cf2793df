"""What a token may be used for: never more than its owner may do."""

from collections.abc import Iterable
from enum import StrEnum


class Scope(StrEnum):
    """One kind of use. Wider ones include what they cannot do without."""

    READ = "read"
    PLAY = "play"
    SCRAPE = "scrape"
    OPERATE = "operate"
    ADMIN = "admin"


_WITH = {
    Scope.READ: frozenset({Scope.READ}),
    Scope.PLAY: frozenset({Scope.READ, Scope.PLAY}),
    Scope.SCRAPE: frozenset({Scope.READ, Scope.SCRAPE}),
    Scope.OPERATE: frozenset({Scope.READ, Scope.PLAY, Scope.SCRAPE, Scope.OPERATE}),
    Scope.ADMIN: frozenset(Scope),
}
_OF_ROLE = {
    "viewer": frozenset({Scope.READ, Scope.PLAY, Scope.SCRAPE}),
    "operator": _WITH[Scope.OPERATE],
    "admin": _WITH[Scope.ADMIN],
}


def of_role(role: str) -> frozenset[Scope]:
    """Return everything that a role may do."""
    return _OF_ROLE.get(role, frozenset())


def granted(role: str, asked: Iterable[str]) -> frozenset[Scope]:
    """Return what a token of these scopes may do for an owner of this role. Unknown scopes grant nothing."""
    known = frozenset(Scope)
    widened = [_WITH[Scope(name)] for name in asked if name in known]
    return frozenset().union(*widened) & of_role(role)
