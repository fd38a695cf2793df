"""Which role somebody has who is known elsewhere, by the groups that they are in there."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class GroupRules:
    """Groups that make an admin, an operator, a viewer, and the role of whoever is in none of them."""

    admin: frozenset[str] = frozenset()
    operator: frozenset[str] = frozenset()
    viewer: frozenset[str] = frozenset()

    @property
    def any(self) -> bool:
        """Return whether groups say anything about roles: without rules a role stays as it is here."""
        return bool(self.admin or self.operator or self.viewer)

    def role(self, groups: Iterable[str]) -> str | None:
        """Return the highest role that the groups give, or nothing for somebody who may not come in.

        Where no group of viewers is named, everybody whom the other side lets in may watch.
        """
        held = frozenset(group.strip() for group in groups)
        for role, wanted in (("admin", self.admin), ("operator", self.operator), ("viewer", self.viewer)):
            if held & wanted:
                return role
        return None if self.viewer else "viewer"


def names(text: str) -> frozenset[str]:
    """Return the groups of a comma list."""
    return frozenset(part.strip() for part in text.split(",") if part.strip())
