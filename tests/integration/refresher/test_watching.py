"""What people watch decides what is refreshed, and when."""

from datetime import timedelta

from tests.integration.common.library import add_episode, add_series
from tests.integration.refresher.happenings import link
from tests.integration.refresher.rig import Rig
from wellspring_common.events.links import EpisodeStarved, LinkRef, LinksDied, LinksWanted
from wellspring_common.events.scrape import RefreshClass

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


async def test_a_play_is_counted_once_and_fades(rig: Rig) -> None:
    (episode,) = await add_series(rig.admin, episodes=1)
    await rig.play(episode.episode_id)
    assert (await rig.turn(episode.episode_id))["popularity"] == 1
    rig.clock.advance(timedelta(days=3))
    await rig.play(episode.episode_id)
    turn = await rig.turn(episode.episode_id)
    assert (turn["popularity"], turn["popularity_at"], turn["watched_at"]) == (1.5, rig.now, rig.now)


async def test_what_nobody_watches_waits_and_what_people_watch_is_kept_fresh(rig: Rig) -> None:
    (episode,) = await add_series(rig.admin, episodes=1)
    await rig.scrape(episode)
    turn = await rig.turn(episode.episode_id)
    assert turn["why"] == "unwatched"
    assert timedelta(days=6) < turn["due_at"] - rig.now <= timedelta(days=7)
    for _ in range(5):
        await rig.play(episode.episode_id)
    turn = await rig.turn(episode.episode_id)
    assert turn["why"] == "watched"
    assert 5 * HOUR < turn["due_at"] - rig.now <= 6 * HOUR - 10 * MINUTE


async def test_the_next_episode_is_scraped_at_once_even_for_the_first_time(rig: Rig) -> None:
    one, two, three = await add_series(rig.admin, episodes=3)
    await rig.scrape(one)
    await rig.play(one.episode_id)
    assert (await rig.turn(two.episode_id))["why"] == "next_up"
    assert await rig.turn(three.episode_id) == {}
    assert await rig.sweeps.sweep_once() == [two.episode_id]
    (request,) = await rig.requests()
    assert (request.episode_id, request.reason) == (two.episode_id, "next_up")


async def test_the_next_episode_is_left_alone_while_its_links_live(rig: Rig) -> None:
    one, two = await add_series(rig.admin, episodes=2)
    await rig.scrape(two, link("pixel", expires_at=rig.now + 5 * HOUR))
    await rig.play(one.episode_id)
    assert await rig.sweeps.sweep_once() == []
    turn = await rig.turn(two.episode_id)
    assert turn["why"] == "next_up"
    assert turn["due_at"] > rig.now + 4 * HOUR


async def test_episodes_follow_each_other_by_season_and_number(rig: Rig) -> None:
    episodes = await add_series(rig.admin, episodes=3)
    for episode, season, number in zip(episodes, (1, 2, 1), (12.5, 1, 12), strict=True):
        await rig.admin.execute(
            "update catalog.episodes set season = $2, number = $3 where id = $1",
            episode.episode_id,
            season,
            number,
        )
    half, second_season, twelve = episodes
    await rig.play(twelve.episode_id)
    assert (await rig.turn(half.episode_id))["why"] == "next_up"
    await rig.play(half.episode_id)
    assert (await rig.turn(second_season.episode_id))["why"] == "next_up"


async def test_a_play_of_what_was_removed_meanwhile_is_no_bug(rig: Rig) -> None:
    await rig.play(987654)
    assert await rig.turn(987654) == {}


def starving(episode_id: int, rig: Rig) -> EpisodeStarved:
    return EpisodeStarved(episode_id=episode_id, offered=0, minimum=9, checked_at=rig.now)


async def test_a_starved_episode_is_asked_for_first(rig: Rig) -> None:
    first, second = [await add_episode(rig.admin) for _ in range(2)]
    for episode in (first, second):
        await rig.scrape(episode)
        for _ in range(5):
            await rig.play(episode.episode_id)
    rig.clock.advance(7 * HOUR)
    await rig.say(starving(second.episode_id, rig))
    assert (await rig.turn(second.episode_id))["due_at"] == rig.now
    assert await rig.sweeps.sweep_once() == [second.episode_id, first.episode_id]


async def test_links_that_a_download_wants_are_scraped_at_once_whatever_is_believed_of_the_old_ones(
    rig: Rig,
) -> None:
    scraped, never = await add_episode(rig.admin), await add_episode(rig.admin)
    await rig.scrape(scraped)
    rig.clock.advance(HOUR)
    assert (await rig.turn(scraped.episode_id))["due_at"] > rig.now
    for episode in (scraped, never):
        await rig.say(LinksWanted(episode_id=episode.episode_id, why="download", wanted_at=rig.now))
        assert (await rig.turn(episode.episode_id))["due_at"] == rig.now
    assert sorted(await rig.sweeps.sweep_once()) == [scraped.episode_id, never.episode_id]


async def test_a_source_that_gives_nothing_new_is_not_hammered(rig: Rig) -> None:
    episode = await add_episode(rig.admin)
    await rig.scrape(episode)
    await rig.play(episode.episode_id)
    waits = []
    for _ in range(4):
        rig.clock.advance(10 * MINUTE)
        await rig.play(episode.episode_id)
        await rig.say(starving(episode.episode_id, rig))
        waits.append((await rig.turn(episode.episode_id))["due_at"] - rig.now)
        await rig.scrape(episode)
    assert waits == [timedelta(0), 5 * MINUTE, 50 * MINUTE, 170 * MINUTE]


async def test_hunger_is_forgotten_once_a_watched_episode_was_fed(rig: Rig) -> None:
    await rig.tune(min_servers_per_episode=2)
    episode = await add_episode(rig.admin)
    await rig.scrape(episode)
    await rig.play(episode.episode_id)
    await rig.say(starving(episode.episode_id, rig))
    await rig.scrape(episode, link("pixel"))
    assert (await rig.turn(episode.episode_id))["starved_scrapes"] == 1
    await rig.scrape(episode)
    assert (await rig.turn(episode.episode_id))["starved_scrapes"] == 0


async def test_a_death_is_kept_with_how_long_the_link_lived(rig: Rig) -> None:
    episode = await add_episode(rig.admin)
    await rig.scrape(episode, link("pixel", "https://one"), link("fsl"))
    made = rig.now + timedelta(seconds=3)
    rows = {row["server"]: row for row in await rig.admin.fetch("select * from links.links")}
    rig.clock.advance(2 * HOUR)
    await rig.scrape(episode, link("pixel", "https://one"), link("fsl"))
    refs = [
        LinkRef(
            link_id=rows["pixel"]["id"],
            generation=1,
            source_id=episode.source_ids[0],
            server="pixel",
            ok_at=made + HOUR,
        ),
        LinkRef(link_id=rows["fsl"]["id"], generation=9, source_id=episode.source_ids[0], server="fsl"),
    ]
    checked = made + 3 * HOUR
    await rig.say(
        LinksDied(episode_id=episode.episode_id, links=tuple(refs), reason="gone", checked_at=checked)
    )
    seen = await rig.admin.fetch("select server, alive_for_s, dead_by_s, seen_at from links.lifetimes_seen")
    assert [tuple(row) for row in seen] == [("pixel", 3600, 3 * 3600, checked)]


async def test_a_link_that_is_replaced_alive_lived_at_least_so_long(rig: Rig) -> None:
    episode = await add_episode(rig.admin)
    await rig.scrape(episode, link("pixel", "https://one"), link("fsl", "https://same"))
    await rig.admin.execute(
        "insert into health.link_health (link_id, episode_id, generation, state, last_ok_at, next_check_at) "
        "select id, episode_id, generation, 'alive', made_at + interval '1 hour', now() from links.links"
    )
    rig.clock.advance(2 * HOUR)
    await rig.scrape(episode, link("pixel", "https://two"), link("fsl", "https://same"))
    seen = await rig.admin.fetch("select server, alive_for_s, dead_by_s from links.lifetimes_seen")
    assert [tuple(row) for row in seen] == [("pixel", 3600, None)]


async def test_lifetimes_are_kept_within_bounds(rig: Rig) -> None:
    await rig.admin.execute(
        "insert into links.lifetimes_seen (server, alive_for_s, dead_by_s, seen_at) "
        "select 'pixel', n, n + 1, now() - n * interval '1 second' from generate_series(1, 1500) as n "
        "union all select 'fsl', 1, 2, now() - interval '91 days'"
    )
    assert await rig.sweeps.store.purge() == 501
    assert await rig.admin.fetchval("select max(alive_for_s) from links.lifetimes_seen") == 1000


async def test_servers_whose_links_a_new_one_uses_up_are_spared(rig: Rig) -> None:
    episode = await add_episode(rig.admin)
    await rig.scrape(
        episode,
        link("kind"),
        link("jealous", refresh_class=RefreshClass.KILLS_OLD),
        link("once", refresh_class=RefreshClass.SINGLE_USE),
    )
    await rig.play(episode.episode_id)
    await rig.say(starving(episode.episode_id, rig))
    rig.clock.advance(5 * MINUTE)
    assert await rig.sweeps.sweep_once() == [episode.episode_id]
    (request,) = await rig.requests()
    assert request.spare == ("jealous", "once")
    assert request.reason == "starved"
