from dataclasses import replace
from math import inf

from wellspring_common.tunables import Tunables
from wellspring_refresher.domain.rules import Rules
from wellspring_refresher.domain.schedule import due_after_failure
from wellspring_sim.intervals import PlannedInterval
from wellspring_sim.policies import KNOWN, POLICIES, SEEDS
from wellspring_sim.scraping import Scraper
from wellspring_sim.shelf import Counter
from wellspring_sim.times import date_of, seconds_of
from wellspring_sim.timetable import Timetable

from .small import CALM, DAY, HOUR, world_of


def table(
    every: float, *, looks_at_expiry: bool = False, outages: float = 1e6, days: float = 30
) -> Timetable:
    world = world_of(replace(CALM, source_outage_every_days=outages), days=days)
    return Timetable(
        world, Scraper(world), Counter(Tunables()), lambda _: every, looks_at_expiry=looks_at_expiry
    )


def one_by_one(kept: Timetable, episode: int, every: float, until: float) -> tuple[int, float]:
    """How often, and when last with success, worked out without any leap."""
    due = kept._begun(episode).due
    count, failures, last = 0, 0, -inf
    while due <= until:
        count += 1
        if kept.world.site_is_down(episode, due):
            failures += 1
            due = seconds_of(due_after_failure(failures=failures, now=date_of(due)))
        else:
            failures, last = 0, due
            due += every
    return count, last


def test_leaping_over_quiet_times_loses_no_scrape() -> None:
    for episode in range(20):
        kept = table(6 * HOUR, outages=3.0)
        count, last = one_by_one(kept, episode, 6 * HOUR, 30 * DAY)
        row = kept._caught_up(episode, 30 * DAY)
        assert kept.scrapes == count
        assert row.scraped_at is not None
        assert abs(row.scraped_at - last) < 1e-3


def test_looking_in_between_changes_nothing() -> None:
    at_once, often = table(6 * HOUR, outages=3.0), table(6 * HOUR, outages=3.0)
    for at in range(0, int(30 * DAY), 5_000):
        often.offered(3, now=at)
    at_once.offered(3, now=30 * DAY)
    often.offered(3, now=30 * DAY)
    assert often.scrapes == at_once.scrapes


def test_the_seeds_offer_all_in_order_and_a_link_that_has_died_too() -> None:
    world = world_of()
    kept = POLICIES[SEEDS](world, Tunables())
    times = [part * HOUR / 4 for part in range(48)]
    first = {kept.offered(3, now=at)[0].server.key for at in times}
    assert first == {"pixel"}
    stale = [held for at in times for held in kept.offered(3, now=at) if held.dies_at <= at]
    assert {held.server.key for held in stale} == {"fsl", "10gbps"}


def test_who_knows_of_expiry_offers_no_link_whose_url_says_that_it_is_over() -> None:
    world = world_of()
    kept = POLICIES[KNOWN](world, Tunables())
    for at in range(0, int(12 * HOUR), 300):
        assert all(held.dies_at > at for held in kept.offered(3, now=at))


def test_the_real_policy_says_how_often_always_is() -> None:
    interval = PlannedInterval(world_of(), Rules(policy="always"))
    waits = {interval(episode) for episode in range(60)}
    assert all(0.7 * HOUR < wait < HOUR for wait in waits)
    assert len(waits) > 30


def test_nobody_clicks_and_nothing_is_scraped() -> None:
    kept = POLICIES["click-only"](world_of(), Tunables())
    assert kept.offered(3, now=DAY) == []
    kept.finish(now=30 * DAY)
    assert kept.scrapes == 0
    assert kept.scrape(3, now=31 * DAY)
    assert [held.server.key for held in kept.offered(3, now=31 * DAY)] == ["pixel", "fsl", "10gbps"]
