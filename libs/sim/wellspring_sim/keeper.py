"""The part that differs between policies: what is held of an episode, and what is done about it unasked."""

from typing import Protocol

from .shelf import Held


class Keeper(Protocol):
    """One policy at work in one world."""

    @property
    def scrapes(self) -> int:
        """Return how many scrapes of an episode there were, those that viewers waited for among them."""
        ...

    @property
    def probes(self) -> int:
        """Return how many links were asked."""
        ...

    def offered(self, episode: int, *, now: float) -> list[Held]:
        """Return what a viewer of an episode is offered at `now`, best first."""
        ...

    def scrape(self, episode: int, *, now: float) -> bool:
        """Scrape an episode because a viewer waits for it, and return whether that brought anything."""
        ...

    def began(self, episode: int, *, now: float) -> None:
        """Hear that somebody has pressed play."""
        ...

    def broke(self, held: Held, *, now: float) -> None:
        """Hear from a player that a link did not work."""
        ...

    def finish(self, *, now: float) -> None:
        """Do all that would have been done until `now`."""
        ...
