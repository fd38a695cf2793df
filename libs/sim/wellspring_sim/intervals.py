"""How long the real policy waits between two scrapes of an episode that nothing else happens to."""

from collections.abc import Iterable
from math import inf

from wellspring_health.domain.verdict import State
from wellspring_refresher.domain.outlook import LinkOutlook, Outlook
from wellspring_refresher.domain.policy import plan
from wellspring_refresher.domain.popularity import Popularity
from wellspring_refresher.domain.rules import Rules

from .scraping import Scraper
from .shelf import Held
from .times import date_of, seconds_of
from .world import World

SPREAD_STEPS = 1000
"""By so many steps of its number the policy spreads an episode's turn."""


class PlannedInterval:
    """Asks the policy once for each kind of page, and remembers what it said."""

    def __init__(self, world: World, rules: Rules) -> None:
        self._scraper = Scraper(world)
        self._rules = rules
        self._known: dict[tuple[object, ...], float] = {}
        self._of: dict[int, float] = {}

    def __call__(self, episode: int) -> float:
        """Return the seconds from one scrape of an episode to the next."""
        found = self._of.get(episode)
        if found is None:
            found = self._of[episode] = self._planned(episode)
        return found

    def _planned(self, episode: int) -> float:
        page = self._scraper.world.library.page(episode)
        key = (page, episode % SPREAD_STEPS)
        if key not in self._known:
            links = [self._scraper.link(episode, place, now=0.0, generation=0) for place in range(len(page))]
            outlook = Outlook(
                episode_id=episode,
                links=outlooks(links),
                popularity=Popularity(0.0, date_of(0)),
                next_up_since=None,
                watched_at=None,
                starved=False,
                failures=0,
                last_scraped_at=date_of(0),
            )
            due = plan(outlook, self._rules, now=date_of(0)).due_at
            self._known[key] = inf if due is None else seconds_of(due)
        return self._known[key]


def outlooks(links: Iterable[Held]) -> list[LinkOutlook]:
    """Return what the refresher knows of links."""
    return [_outlook(held) for held in links]


def _outlook(held: Held) -> LinkOutlook:
    """Return what the refresher knows of a link, which changes when it dies or comes back."""
    told, dead = held.told, held.known.state is State.DEAD
    if told is None or told.dead is not dead:
        server = held.server
        told = LinkOutlook(server.key, held.expires_at, held.is_hard, server.refresh_class, dead)
        held.told = told
    return told
