"""The library of the model: which episodes make up a title, and what a page of it offers."""

from bisect import bisect
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from .chance import chance, mixed
from .servers import Climate, Server

FILMS = 0.3
"""So many titles are one film. The others are series of eight to thirty episodes."""
SITES = 4
"""Hosts of source pages, over which the titles are spread."""
_PAGE, _LENGTH, _SITE, _SCRAPED = 1, 2, 3, 4


@dataclass(frozen=True)
class Library:
    """Titles of some episodes each. Everything about them follows from the seed."""

    seed: int
    episodes: int
    climate: Climate

    @cached_property
    def titles(self) -> tuple[range, ...]:
        """Return the episodes of each title."""
        found, start = [], 0
        while start < self.episodes:
            film = chance(self.seed, _LENGTH, start) < FILMS
            length = 1 if film else 8 + mixed(self.seed, _LENGTH, start, 1) % 23
            found.append(range(start, min(start + length, self.episodes)))
            start += length
        return tuple(found)

    @cached_property
    def title_of(self) -> tuple[int, ...]:
        """Return the number of each episode's title."""
        return tuple(number for number, title in enumerate(self.titles) for _ in title)

    @cached_property
    def _pages(self) -> tuple[tuple[Server, ...], ...]:
        shares = list(accumulate(share for share, _ in self.climate.pages))
        picks = (chance(self.seed, _PAGE, number) * shares[-1] for number in range(len(self.titles)))
        return tuple(self.climate.pages[min(bisect(shares, pick), len(shares) - 1)][1] for pick in picks)

    def page(self, episode: int) -> tuple[Server, ...]:
        """Return the servers that the source page of an episode lists."""
        return self._pages[self.title_of[episode]]

    @cached_property
    def _sites(self) -> tuple[int, ...]:
        return tuple(mixed(self.seed, _SITE, number) % SITES for number in range(len(self.titles)))

    def site(self, episode: int) -> int:
        """Return the host of an episode's source page."""
        return self._sites[self.title_of[episode]]

    def after(self, episode: int) -> int | None:
        """Return the episode that comes next, if there is one."""
        title = self.titles[self.title_of[episode]]
        return episode + 1 if episode + 1 in title else None

    def was_scraped(self, episode: int) -> bool:
        """Return whether somebody has scraped this episode before the month begins."""
        return chance(self.seed, _SCRAPED, episode) >= self.climate.never_scraped
