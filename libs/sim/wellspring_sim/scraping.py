"""What a scrape brings: fresh links of what a page lists, each looked at once as the scraper does."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from wellspring_common.events.scrape import ExpiryBasis, RefreshClass
from wellspring_health.domain.verdict import Health, State

from .servers import Server
from .shelf import TTL, UNSEEN, Held
from .times import date_of
from .world import World


@dataclass(frozen=True)
class Scraper:
    """The scraper of the model. `believed` says how long links are taken to live that don't say so."""

    world: World
    believed: Callable[[Server], tuple[timedelta, ExpiryBasis]] = lambda _: (TTL, ExpiryBasis.DEFAULT)

    def scrape(
        self, episode: int, *, now: float, generation: int, spare: Collection[str] = ()
    ) -> list[Held] | None:
        """Return the links that a scrape found at `now`, or None where the source page could not be had.

        A link whose file is not there is no link. One that works once is taken as it stands in the page.
        """
        if self.world.site_is_down(episode, now):
            return None
        found = []
        date = date_of(now)
        seen_alive = Health(State.ALIVE, 0, None, date, date)
        for place, server in enumerate(self.world.library.page(episode)):
            if server.key in spare:
                continue
            held = self.link(episode, place, now=now, generation=generation)
            if server.refresh_class is RefreshClass.SINGLE_USE:
                found.append(held)
                continue
            seen = self.world.answer(episode, server, held.dies_at, now)
            if seen.reason is None:
                held.health = seen_alive
                held.asked_at, held.latency_ms = date, seen.latency_ms
                held.sure_until = self.world.sure_until(episode, server, held.dies_at, now)
                found.append(held)
        return found

    def link(self, episode: int, place: int, *, now: float, generation: int) -> Held:
        """Return the link at a place of an episode's page as it is made at `now`, unseen."""
        server = self.world.library.page(episode)[place]
        if server.says_expiry:
            life, basis = timedelta(seconds=server.longest), ExpiryBasis.PARAMETER
        else:
            life, basis = self.believed(server)
        return Held(
            episode,
            place,
            server,
            generation,
            now,
            self.world.dies_at(episode, server, now, generation),
            date_of(now) + life,
            basis,
            UNSEEN,
        )
