"""The due queue: hosts by turns, the urgent first, and nobody waits for a host that rests."""

from datetime import timedelta

from tests.integration.health.shelf import IDLE, INTERVAL, Shelf
from wellspring_health.domain.evidence import Evidence
from wellspring_health.domain.rhythm import HURRIED, jitter

ALIVE = Evidence(None, 206, 40)
GONE = Evidence("not_found", 404, 40)


async def test_a_batch_has_hosts_by_turns_and_never_one_at_its_head(shelf: Shelf) -> None:
    await shelf.many("huge.example", 40)
    shelf.clock.advance(timedelta(minutes=1))
    await shelf.many("small.example", 2)
    await shelf.many("other.example", 3)
    hosts = [due.host for due in await shelf.claim(limit=8, per_host=4)]
    assert len(set(hosts[:3])) == 3, "each host has its first turn before any has its second"
    assert len(set(hosts[3:6])) == 3
    assert {host: hosts.count(host) for host in set(hosts)} == {
        "huge.example:443": 3,
        "small.example:443": 2,
        "other.example:443": 3,
    }


async def test_no_host_has_more_than_its_share_of_a_batch(shelf: Shelf) -> None:
    await shelf.many("huge.example", 40)
    assert len(await shelf.claim(limit=30, per_host=4)) == 4
    assert len(await shelf.claim(limit=30, per_host=4)) == 4, "the next sweep goes on with it"


async def test_a_host_that_is_busy_keeps_its_links_and_stops_nobody(shelf: Shelf) -> None:
    await shelf.many("busy.example", 10)
    await shelf.many("free.example", 1)
    due = await shelf.claim(busy=("busy.example:443",))
    assert {each.host for each in due} == {"free.example:443"}
    assert len(await shelf.claim()) == 10


async def test_what_is_near_a_verdict_comes_first_and_then_what_is_watched(shelf: Shelf) -> None:
    idle, watched, suspect = await shelf.many("one.example", 3)
    sql = "update health.link_health set urgency = $2, next_check_at = $3 where link_id = $1"
    now = shelf.clock.now()
    for ref, urgency, late in ((idle, 2, 3), (watched, 1, 2), (suspect, 0, 1)):
        await shelf.admin.execute(sql, ref.link_id, urgency, now - timedelta(hours=late))
    claimed = [(await shelf.claim(limit=1))[0].link_id for _ in range(3)]
    assert claimed == [suspect.link_id, watched.link_id, idle.link_id]


async def test_what_people_watch_is_looked_at_more_often(shelf: Shelf) -> None:
    (ref,) = await shelf.many("one.example", 1)
    assert shelf.episode is not None
    await shelf.save(await shelf.claim(), ALIVE)
    idle = (await shelf.health(ref))["next_check_at"] - shelf.clock.now()
    await shelf.admin.execute(
        "insert into catalog.plays (episode_id, day, started, first_try) "
        "values ($1, (now() at time zone 'utc')::date, 4, 4)",
        shelf.episode.episode_id,
    )
    shelf.clock.advance(timedelta(days=2))
    await shelf.save(await shelf.claim(), ALIVE)
    held = await shelf.health(ref)
    assert held["next_check_at"] - shelf.clock.now() < idle / 20
    assert held["urgency"] == 1


async def test_what_somebody_is_about_to_open_is_looked_at_most_often(shelf: Shelf) -> None:
    (ref,) = await shelf.many("one.example", 1)
    assert shelf.episode is not None
    await shelf.admin.execute(
        "insert into links.refresh_schedule (episode_id, due_at, why, next_up_since) "
        "values ($1, 'infinity', 'next_up', $2) "
        "on conflict (episode_id) do update set next_up_since = excluded.next_up_since",
        shelf.episode.episode_id,
        shelf.clock.now(),
    )
    waits = []
    for _ in range(3):
        await shelf.save(await shelf.claim(), ALIVE)
        waits.append((await shelf.health(ref))["next_check_at"] - shelf.clock.now())
        shelf.clock.advance(timedelta(hours=30))
    lot = jitter(ref.link_id)
    assert waits == [INTERVAL / HURRIED * lot, INTERVAL * lot, IDLE * lot]


async def test_a_guess_at_the_expiry_is_looked_at_when_it_is_due(shelf: Shelf) -> None:
    guess = shelf.clock.now() + timedelta(hours=5)
    ref = await shelf.add("guess", expires_at=guess, basis="learned")
    await shelf.learn(ref)
    await shelf.save(await shelf.claim(), ALIVE)
    assert (await shelf.health(ref))["next_check_at"] == guess


async def test_the_evidence_is_kept_between_looks(shelf: Shelf) -> None:
    (ref,) = await shelf.many("one.example", 1)
    await shelf.save(await shelf.claim(), GONE)
    first = shelf.clock.now()
    held = await shelf.health(ref)
    assert (held["evidence_class"], held["evidence_count"], held["urgency"]) == ("gone", 1, 0)
    assert held["evidence_first_at"] == held["evidence_last_at"] == first
    shelf.clock.advance(timedelta(minutes=10))
    await shelf.save(await shelf.claim(), GONE)
    held = await shelf.health(ref)
    assert (held["state"], held["evidence_count"]) == ("dead", 2)
    assert held["evidence_last_at"] - held["evidence_first_at"] == timedelta(minutes=10)
