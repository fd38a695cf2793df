"""Who presses play, on what and when: series in order, few titles often, most of it in the evening."""

import random
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate

from .library import Library

DAY = 86_400.0
HOURS = (2, 1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 5, 6, 6, 5, 5, 6, 8, 10, 13, 15, 14, 9, 4)
"""How much of a day's viewing begins in each hour."""
ZIPF = 1.0
"""The title at rank r is begun in proportion to r to the power of minus this."""
COMES_TODAY = 0.6
STAYS = 0.58
"""Whether a viewer, having seen an episode, sees the next one at once."""
GOES_ON = 0.75
"""Whether a viewer who comes back goes on with what was begun, where there is more of it."""
FROM_THE_START = 0.85
"""Whether a title is begun at its first episode, and not anywhere."""
PLAYS_A_DAY = COMES_TODAY / (1 - STAYS)
"""Of one viewer, a little less where titles end."""


@dataclass
class _Viewer:
    watching: int | None = None
    """The episode that comes next for this viewer."""


@dataclass(frozen=True)
class Viewing:
    """How people watch: `per_day` presses on average."""

    library: Library
    seed: int
    days: float
    per_day: float

    def plays(self) -> list[tuple[float, int]]:
        """Return every press in order: seconds since the month began, and the episode."""
        luck = random.Random(self.seed)  # noqa: S311  (a model, no secret)
        hours = list(accumulate(HOURS))
        ranks = list(range(len(self.library.titles)))
        luck.shuffle(ranks)
        weights = list(accumulate((rank + 1) ** -ZIPF for rank in ranks))
        found: list[tuple[float, int]] = []
        viewers = [_Viewer() for _ in range(max(1, round(self.per_day / PLAYS_A_DAY)))]
        for day in range(int(self.days) + 1):
            for viewer in viewers:
                if luck.random() >= COMES_TODAY:
                    continue
                hour = bisect(hours, luck.random() * hours[-1])
                at = day * DAY + (hour + luck.random()) * DAY / 24
                found += self._sitting(viewer, at, luck, weights)
        return sorted(press for press in found if press[0] < self.days * DAY)

    def _sitting(
        self, viewer: _Viewer, at: float, luck: random.Random, weights: list[float]
    ) -> list[tuple[float, int]]:
        found = []
        if viewer.watching is None or luck.random() >= GOES_ON:
            viewer.watching = self._begun(luck, weights)
        while viewer.watching is not None:
            found.append((at, viewer.watching))
            viewer.watching = self.library.after(viewer.watching)
            if luck.random() >= STAYS:
                break
            at += luck.uniform(1_300, 3_000)
        return found

    def _begun(self, luck: random.Random, weights: list[float]) -> int:
        title = self.library.titles[bisect(weights, luck.random() * weights[-1])]
        return title[0] if luck.random() < FROM_THE_START else luck.choice(title)
