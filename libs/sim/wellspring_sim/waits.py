"""How long people wait: for the first frame, for a scrape, and until a player gives a link up."""

from math import exp
from statistics import NormalDist

from .chance import chance

FIRST_FRAME_S = (0.9, 0.4)
"""From a press on a link that works to the first frame: median, and the spread of its logarithm."""
SCRAPE_S = (2.5, 0.5)
"""A scrape by plain HTTP: three hops, and a look at each file."""
BROWSER_S = (9.0, 0.4)
"""A scrape that needs the browser."""
BROWSED = 0.05
REFUSED_S = 1.0
"""Until a player knows that a server refuses."""
SILENT_S = 8.0
"""Until a player gives up a server that says nothing."""
PATIENCE_S = 60.0
"""What counts as the wait of a viewer who gets no film at all."""
_NORMAL = NormalDist()
_FRAME, _SCRAPE, _BROWSED = 20, 21, 22


def first_frame(*keys: int) -> float:
    """Return the seconds from a good link to the picture."""
    return _drawn(FIRST_FRAME_S, _FRAME, *keys)


def scrape(episode: int, *keys: int) -> float:
    """Return the seconds that a scrape of an episode takes. The same pages need the browser every time."""
    browsed = chance(_BROWSED, episode) < BROWSED
    return _drawn(BROWSER_S if browsed else SCRAPE_S, _SCRAPE, episode, *keys)


def _drawn(middle_and_spread: tuple[float, float], *keys: int) -> float:
    median, spread = middle_and_spread
    return median * exp(spread * _NORMAL.inv_cdf(min(max(chance(*keys), 1e-9), 1 - 1e-9)))
