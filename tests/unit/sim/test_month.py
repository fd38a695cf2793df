from dataclasses import dataclass, field

from wellspring_sim.month import Month
from wellspring_sim.scraping import Scraper
from wellspring_sim.servers import PDL, Climate
from wellspring_sim.shelf import Held
from wellspring_sim.waits import PATIENCE_S

from .small import CALM, HOUR, world_of

ONCE = Climate("once", ((1.0, (PDL,)),), 0.0, 0.0, outage_every_days=1e6, source_outage_every_days=1e6)


@dataclass
class Shelf:
    """A policy that holds what it is given, and scrapes when it is asked to."""

    scraper: Scraper
    held: list[Held] = field(default_factory=list)
    works: bool = True
    scrapes: int = 0
    probes: int = 0
    broken: list[Held] = field(default_factory=list)

    def offered(self, episode: int, *, now: float) -> list[Held]:
        return self.held

    def scrape(self, episode: int, *, now: float) -> bool:
        self.scrapes += 1
        if self.works:
            self.held = self.scraper.scrape(episode, now=now, generation=self.scrapes) or []
        return self.works

    def began(self, episode: int, *, now: float) -> None:
        pass

    def broke(self, held: Held, *, now: float) -> None:
        self.broken.append(held)

    def finish(self, *, now: float) -> None:
        pass


def month(climate: Climate = CALM) -> tuple[Month, Shelf]:
    world = world_of(climate)
    shelf = Shelf(Scraper(world))
    return Month(world, shelf), shelf


def test_a_press_on_a_link_that_works_waits_for_its_first_frame_only() -> None:
    kept, shelf = month()
    shelf.held = shelf.scraper.scrape(3, now=0.0, generation=1) or []
    tally = kept.run([(60.0, 3)], looks=0)
    assert (tally.plays, tally.dead_presses, tally.cold_presses, shelf.scrapes) == (1, 0, 0, 0)
    assert tally.waits[0] < 3


def test_a_press_with_nothing_on_offer_waits_for_a_scrape() -> None:
    kept, shelf = month()
    tally = kept.run([(60.0, 3)], looks=0)
    assert (tally.dead_presses, tally.cold_presses, tally.unserved, shelf.scrapes) == (0, 1, 0, 1)
    assert 0.5 < tally.waits[0] < PATIENCE_S


def test_a_press_on_a_dead_link_is_told_and_waits_for_a_scrape() -> None:
    kept, shelf = month()
    shelf.held = shelf.scraper.scrape(3, now=0.0, generation=1) or []
    dead = shelf.held[0]
    tally = kept.run([(7 * HOUR, 3)], looks=0)
    assert (tally.dead_presses, tally.cold_presses, shelf.scrapes) == (1, 0, 1)
    assert shelf.broken == [dead]
    assert tally.dead_by == {"fsl expired": 1}


def test_a_press_that_no_scrape_can_help_counts_as_the_longest_wait() -> None:
    kept, shelf = month()
    shelf.works = False
    tally = kept.run([(60.0, 3)], looks=0)
    assert tally.unserved == 1
    assert list(tally.waits) == [PATIENCE_S]


def test_a_link_that_works_once_is_dead_for_the_second_viewer() -> None:
    kept, shelf = month(ONCE)
    shelf.held = shelf.scraper.scrape(3, now=0.0, generation=1) or []
    shelf.works = False
    tally = kept.run([(60.0, 3), (120.0, 3)], looks=0)
    assert (tally.plays, tally.dead_presses) == (2, 1)


def test_looking_uses_nothing_up_and_sees_what_a_press_would_meet() -> None:
    kept, shelf = month(ONCE)
    shelf.held = shelf.scraper.scrape(3, now=0.0, generation=1) or []
    kept.look(3, 60.0)
    kept.look(3, 120.0)
    assert (kept.tally.looks, kept.tally.dead_looks) == (2, 0)
    kept.look(3, 7 * HOUR)
    assert (kept.tally.looks, kept.tally.dead_looks) == (3, 1)
