"""The episodes of a long title, a part at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from .digits import number_in
from .titles import number_text, parse_number

A_PART = 100
"""So many episodes are shown at once. A title that has no more is shown whole."""
SEASON_DIGITS = 9


@dataclass(frozen=True)
class Part:
    """Some episodes of one season that follow each other, from the first number to the last."""

    season: int
    first: Decimal
    last: Decimal
    episodes: int

    @property
    def label(self) -> str:
        """Return the numbers that it goes from and to."""
        return f"{number_text(self.first)}–{number_text(self.last)}"  # noqa: RUF001  (a range)

    def address(self, slug: str) -> str:
        """Return where this part is shown."""
        return f"/title/{slug}?{urlencode({'season': self.season, 'from': number_text(self.first)})}"


def part_to_show(parts: Sequence[Part], season: str, start: str) -> Part | None:
    """Return the part that an address asks for, or nothing where the whole title is shown.

    Numbers that lie in a part stand for it. What is nonsense stands for the first one.
    """
    if sum(part.episodes for part in parts) <= A_PART:
        return None
    wanted = number_in(season, digits=SEASON_DIGITS)
    of_season = [part for part in parts if part.season == wanted] or list(parts)
    number = parse_number(start)
    begun = [part for part in of_season if number is not None and part.first <= number]
    return begun[-1] if begun else of_season[0]


def part_links(parts: Sequence[Part], shown: Part | None, slug: str) -> dict[str, list[dict[str, object]]]:
    """Return the ways to the other seasons, and to the other parts of the season that is shown."""
    if shown is None:
        return {"seasons": [], "parts": []}
    firsts = {part.season: part for part in reversed(parts)}
    here = [part for part in parts if part.season == shown.season]
    return {
        "seasons": [
            {"season": season, "url": part.address(slug), "shown": season == shown.season}
            for season, part in sorted(firsts.items())
            if len(firsts) > 1
        ],
        "parts": [
            {"label": part.label, "url": part.address(slug), "shown": part == shown}
            for part in here
            if len(here) > 1
        ],
    }
