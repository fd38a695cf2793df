from dataclasses import replace

from wellspring_sim.servers import BUZZ, DEMO, FAST, FSL, PIXEL
from wellspring_sim.world import gone

from .small import CALM, CALM_MIXED, DAY, HOUR, world_of


def test_links_live_as_long_as_their_servers_let_them() -> None:
    world = world_of()
    lives = {server.key: world.dies_at(5, server, 100.0, 1) - 100.0 for server in (FSL, FAST, PIXEL)}
    assert lives == {"fsl": 2 * HOUR, "10gbps": HOUR, "pixel": 6 * HOUR}


def test_a_server_that_does_not_say_gives_each_link_its_own_life() -> None:
    world = world_of(CALM_MIXED)
    lives = {world.dies_at(5, BUZZ, 0.0, generation) for generation in range(200)}
    assert len(lives) == 200
    assert HOUR <= min(lives) < 1.2 * HOUR
    assert 5.8 * HOUR < max(lives) <= 6 * HOUR
    assert world.dies_at(5, BUZZ, 0.0, 7) == world.dies_at(5, BUZZ, 0.0, 7)


def test_a_dead_link_answers_as_its_server_does() -> None:
    world = world_of()
    assert world.answer(5, FSL, 10.0, 9.9).reason is None
    assert world.answer(5, FSL, 10.0, 10.0) == gone(410)
    assert gone(410).reason == gone(404).reason == "not_found"
    assert gone(403).reason == "forbidden"


def test_a_host_that_is_down_answers_nobody_and_comes_back() -> None:
    world = world_of(replace(CALM, outage_every_days=2.0), days=30)
    down = [at for at in range(0, int(30 * DAY), 600) if world.is_down(PIXEL, at)]
    assert 0 < len(down) < 0.2 * 30 * 144
    assert world.answer(5, PIXEL, 1e12, down[0]).reason == "timeout"
    assert not world.is_down(PIXEL, down[-1] + 2 * HOUR + 600)


def test_a_file_that_was_taken_down_is_gone_for_a_while_whatever_link_leads_there() -> None:
    world = world_of(replace(CALM, mirrors_failing=1.0), days=30)
    times = [at for at in range(0, int(34 * DAY), 3600) if world.is_gone(5, PIXEL, at)]
    assert DAY <= times[-1] - times[0] + 3600 <= 4 * DAY + 3600
    assert world.answer(5, PIXEL, 1e12, times[0]) == gone(404)


def test_what_is_sure_for_a_while_is_true_for_that_while() -> None:
    world = world_of(replace(DEMO, outage_every_days=1.0, mirrors_failing=1.0), days=30)
    checked = 0
    for at in range(0, int(30 * DAY), 7_000):
        dies_at = at + 6 * HOUR
        if world.answer(9, PIXEL, dies_at, at).reason is not None:
            continue
        sure = world.sure_until(9, PIXEL, dies_at, at)
        between = [at + part * (sure - at) / 50 for part in range(50)]
        assert all(world.answer(9, PIXEL, dies_at, moment).reason is None for moment in between)
        assert world.answer(9, PIXEL, dies_at, sure).reason is not None
        checked += 1
    assert checked > 100
