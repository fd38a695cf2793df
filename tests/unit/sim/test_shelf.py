from dataclasses import replace

from wellspring_common.offering import is_offered
from wellspring_common.tunables import Tunables
from wellspring_health.domain.verdict import State
from wellspring_sim.month import Month
from wellspring_sim.servers import MIXED
from wellspring_sim.shelf import Counter
from wellspring_sim.smart import Smart
from wellspring_sim.times import date_of
from wellspring_sim.viewing import Viewing

from .small import DAY, HOUR, world_of


def test_a_link_is_offered_as_the_gateway_would_offer_it_and_says_when_it_was_seen() -> None:
    stormy = replace(MIXED, outage_every_days=0.5, early_deaths=0.2)
    world = world_of(stormy, episodes=100, days=2)
    kept = Smart(world, Tunables())
    Month(world, kept).run(Viewing(world.library, 1, 2, 60).plays(), looks=100)
    told, trust = set(), Counter(Tunables())._trust
    for row in kept._rows:
        for held in row.links.values():
            for now in (2 * DAY - 5 * HOUR, 2 * DAY):
                shown = held.as_link(host_down=held.host_down)
                offered = is_offered(held, now=date_of(now), trust=trust)
                assert offered is is_offered(shown, now=date_of(now), trust=trust)
                told.add((held.state, offered))
            assert (held.state, held.ok_at) == (held.health.state, held.health.last_ok_at)
    assert {(State.ALIVE, True), (State.ALIVE, False), (State.DEAD, False)} <= told
