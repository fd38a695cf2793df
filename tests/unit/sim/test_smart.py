from collections import Counter
from dataclasses import replace

import pytest

from wellspring_common.tunables import Tunables
from wellspring_health.domain.evidence import Evidence
from wellspring_sim.budget import Budget
from wellspring_sim.hosts import Host
from wellspring_sim.hunger import Hunger
from wellspring_sim.month import Month
from wellspring_sim.servers import MIXED
from wellspring_sim.shelf import Held
from wellspring_sim.smart import Smart
from wellspring_sim.times import date_of
from wellspring_sim.viewing import Viewing

from .small import CALM, DAY, HOUR, world_of

SELDOM = Tunables(unwatched_refresh_days=0)


def started(world_days: float = 2.0, tunables: Tunables = SELDOM) -> Smart:
    world = world_of(replace(CALM, never_scraped=0.0), days=world_days)
    return Smart(world, tunables)


def series(kept: Smart) -> range:
    return next(title for title in kept._world.library.titles if len(title) > 4)


def test_the_next_episode_is_ready_when_one_has_been_watched() -> None:
    kept = started()
    first, second, third = series(kept)[:3]
    assert kept.offered(second, now=HOUR) == []
    kept.began(first, now=HOUR)
    assert kept.offered(second, now=HOUR + 60) != []
    assert kept.offered(third, now=HOUR + 60) == []


def test_links_that_die_for_sure_are_not_asked_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = started()
    episode = series(kept)[0]
    kept.scrape(episode, now=HOUR)
    asked: Counter[str] = Counter()
    answer = kept._probes._answer

    def counted(held: Held, host: Host, now: float) -> Evidence:
        asked[held.server.key] += 1
        assert not held.is_hard or held.expires_at > date_of(now)
        return answer(held, host, now)

    monkeypatch.setattr(kept._probes, "_answer", counted)
    kept._probes.is_short = False
    kept.began(episode, now=HOUR)
    kept.finish(now=2 * DAY)
    assert asked["pixel"] > 3


def test_no_host_is_asked_faster_than_its_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    tunables = Tunables(probe_interval_minutes=0.05, unwatched_refresh_days=0)
    kept = started(tunables=tunables)
    looked: Counter[tuple[Host, int]] = Counter()
    take_turn = Host.take_turn

    def counted(host: Host, now: float) -> None:
        looked[host, int(now // 60)] += 1
        take_turn(host, now)

    monkeypatch.setattr(Host, "take_turn", counted)
    for episode in range(60):
        kept.began(episode, now=HOUR)
        kept.scrape(episode, now=HOUR)
    kept.finish(now=HOUR + 600)
    # two a second and host, and three qualities a look
    assert 30 < max(looked.values()) <= 40 + 5
    assert kept._probes.postponed > 0


def test_the_same_seed_brings_the_same_month() -> None:
    tallies = []
    for _ in range(2):
        world = world_of(MIXED, episodes=100, days=2)
        plays = Viewing(world.library, 1, 2, 60).plays()
        kept = Smart(world, Tunables())
        tally = Month(world, kept).run(plays, looks=100)
        tallies.append((tally.dead_presses, tally.cold_presses, list(tally.waits), kept.scrapes, kept.probes))
    assert tallies[0] == tallies[1]
    assert tallies[0][3] > 20


def test_the_short_way_to_a_verdict_ends_where_the_long_one_does() -> None:
    ends = []
    for is_short in (True, False):
        stormy = replace(MIXED, outage_every_days=0.5, early_deaths=0.2)
        world = world_of(stormy, episodes=100, days=2)
        plays = Viewing(world.library, 1, 2, 60).plays()
        kept = Smart(world, Tunables())
        kept._probes.is_short = is_short
        tally = Month(world, kept).run(plays, looks=100)
        held = [link.health for row in kept._rows for link in row.links.values()]
        breakers = {key: host.breaker for key, host in kept._probes.hosts.items()}
        ends.append((tally.dead_presses, list(tally.waits), kept.scrapes, kept.probes, held, breakers))
    assert ends[0] == ends[1]


def test_a_site_is_asked_no_more_often_in_an_hour_than_it_may() -> None:
    budget = Budget(10)
    moved = [budget.moved_to(episode, 0, date_of(60)) for episode in range(25)]
    assert moved[:10] == [None] * 10
    later = [at for at in moved[10:] if at is not None]
    assert len(later) == 15
    hours = Counter(int((at - date_of(0)).total_seconds() // 3600) for at in later)
    assert hours == {1: 10, 2: 5}
    assert budget.moved_to(99, 1, date_of(60)) is None


def test_hunger_is_told_once_until_it_ends_or_hours_pass() -> None:
    hunger = Hunger(9)
    assert hunger.is_told(1, 2, date_of(0))
    assert not hunger.is_told(1, 1, date_of(HOUR))
    assert hunger.is_told(1, 1, date_of(7 * HOUR))
    assert not hunger.is_told(1, 3, date_of(7 * HOUR + 1))
    assert hunger.is_told(1, 2, date_of(7 * HOUR + 2))
