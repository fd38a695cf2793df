"""A host's outage and our own: kept in Postgres, told once, and no link dies of either."""

from datetime import timedelta

from tests.integration.health.shelf import Shelf
from wellspring_health.domain.breakers import ENOUGH, FIRST_REST, LONGEST_REST, Position
from wellspring_health.domain.evidence import Evidence
from wellspring_health.domain.looks import Look

ALIVE = Evidence(None, 206, 40)
GONE = Evidence("not_found", 404, 40)
REFUSED = Evidence("connect")
BROKEN = Evidence("server_error", 500, 40)
FAR = "far.example:443"


async def hold(shelf: Shelf) -> None:
    """Let time pass a little at a time, each time looking at what is due on the broken host."""
    for _ in range(60):
        shelf.clock.advance(timedelta(hours=1))
        for due in await shelf.claim():
            await shelf.save([due], BROKEN if due.host == FAR else ALIVE)


async def test_a_host_that_fails_opens_its_breaker_and_none_of_its_links_dies(shelf: Shelf) -> None:
    await shelf.many("near.example", 3)
    await shelf.many("far.example", 5)
    for due in await shelf.claim():
        await shelf.save([due], ALIVE)
    shelf.clock.advance(timedelta(days=2))
    turned = []
    for due in await shelf.claim():
        done = await shelf.save([due], BROKEN if due.host == FAR else ALIVE)
        turned += list(done.hosts_turned.items())
    assert turned == [(FAR, Position.OPEN)], "one event of the host, and none of the other"
    assert await shelf.position("near.example:443") == "closed"
    await hold(shelf)
    assert await shelf.states() == {"alive": 3, "suspect": 5}
    assert await shelf.told() == []


async def test_an_open_breaker_asks_little_and_closes_when_the_host_is_back(shelf: Shelf) -> None:
    refs = await shelf.many("far.example", 8)
    await shelf.save(await shelf.claim(), BROKEN)
    assert await shelf.position(FAR) == "open"
    shelf.clock.advance(FIRST_REST / 2)
    await shelf.admin.execute("update health.link_health set next_check_at = $1", shelf.clock.now())
    assert await shelf.claim() == [], "a host that rests is not asked"
    shelf.clock.advance(FIRST_REST / 2)
    trials = await shelf.claim()
    assert len(trials) == 3
    await shelf.save(trials, ALIVE)
    assert await shelf.position(FAR) == "closed"
    shelf.clock.advance(timedelta(minutes=11))
    await shelf.save(await shelf.claim(), ALIVE)
    assert await shelf.states() == {"alive": len(refs)}


async def test_many_files_gone_at_once_are_the_hosts_doing(shelf: Shelf) -> None:
    await shelf.many("far.example", ENOUGH + 5)
    for due in await shelf.claim():
        await shelf.save([due], ALIVE)
    for _ in range(3):
        shelf.clock.advance(timedelta(days=2))
        await shelf.save(await shelf.claim(), GONE)
    assert "dead" not in await shelf.states()
    assert await shelf.told() == []


async def test_files_that_outlived_a_guessed_expiry_are_no_outage(shelf: Shelf) -> None:
    guess = shelf.clock.now() + timedelta(hours=1)
    refs = [
        await shelf.add(f"s{n}", url=f"https://far.example/{n}", expires_at=guess, basis="default")
        for n in range(ENOUGH + 5)
    ]
    await shelf.learn(*refs)
    await shelf.save(await shelf.claim(), ALIVE)
    shelf.clock.advance(timedelta(days=2))
    await shelf.save(await shelf.claim(), GONE)
    shelf.clock.advance(timedelta(minutes=10))
    await shelf.save(await shelf.claim(), GONE)
    assert await shelf.states() == {"dead": len(refs)}


async def test_while_our_own_network_fails_there_are_no_verdicts(shelf: Shelf) -> None:
    hosts = ("a.example", "b.example", "c.example", "d.example")
    refs = [(await shelf.many(host, 3))[0] for host in hosts]
    for due in await shelf.claim():
        await shelf.save([due], ALIVE)
    shelf.clock.advance(timedelta(days=2))
    done = await shelf.save(await shelf.claim(), REFUSED)
    assert done.own.is_down
    for _ in range(50):
        shelf.clock.advance(timedelta(hours=3))
        await shelf.save(await shelf.claim(), REFUSED)
    assert await shelf.states() == {"alive": 12}
    held = await shelf.health(refs[0])
    assert (held["evidence_count"], held["reason"]) == (0, None)
    assert {await shelf.position(f"{host}:443") for host in hosts} == {"closed"}
    shelf.clock.advance(timedelta(hours=1))
    done = await shelf.save(await shelf.claim(), ALIVE)
    assert not done.own.is_down
    assert await shelf.told() == []


async def test_our_canaries_say_it_before_three_hosts_do(shelf: Shelf) -> None:
    await shelf.many("far.example", 2)
    now = shelf.clock.now()
    assert (await shelf.store.asked_canaries(answered=False, now=now)).is_down
    done = await shelf.save(await shelf.claim(), BROKEN)
    assert done.own.is_down
    assert await shelf.states() == {"unknown": 2}
    assert not (await shelf.store.asked_canaries(answered=True, now=now)).is_down


async def test_two_replicas_share_one_breaker(shelf: Shelf) -> None:
    await shelf.many("far.example", 4)
    first, second = await shelf.claim(limit=2), await shelf.claim(limit=2)
    await shelf.save(first, BROKEN)
    assert await shelf.position(FAR) == "closed"
    await shelf.save(second, BROKEN)
    assert await shelf.position(FAR) == "open"
    open_since, own = await shelf.store.breakers()
    assert (open_since, own.is_down) == ({FAR: shelf.clock.now()}, False)


async def test_a_mixed_round_is_judged_as_one(shelf: Shelf) -> None:
    """The host's outage shows in the same round that would have killed a link."""
    (old,) = await shelf.many("far.example", 1)
    await shelf.save(await shelf.claim(), GONE)
    shelf.clock.advance(LONGEST_REST)
    await shelf.many("far.example", ENOUGH, first=1)
    due = await shelf.claim()
    assert old.link_id in {each.link_id for each in due}
    await shelf.store.save([Look(each, GONE) for each in due], now=shelf.clock.now(), rules=shelf.rules)
    assert (await shelf.health(old))["state"] == "suspect"


async def test_a_host_that_nobody_needs_any_more_does_not_stay_open_for_ever(shelf: Shelf) -> None:
    await shelf.many("far.example", 4)
    await shelf.save(await shelf.claim(), BROKEN)
    await shelf.store.purge()
    assert await shelf.position(FAR) == "open"
    await shelf.admin.execute("update health.link_health set next_check_at = 'infinity'")
    await shelf.store.purge()
    assert (await shelf.store.breakers())[0] == {}
