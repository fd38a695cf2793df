"""What health keeps of links: claimed, judged, told once."""

import asyncio
from datetime import timedelta

import pytest

from tests.integration.common.databases import opened
from tests.integration.health.shelf import IDLE, LEASE, RULES, Shelf
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.events.links import LinksDied, LinksRevived
from wellspring_common.inbox import Inbox
from wellspring_common.outbox import Outbox
from wellspring_health.adapters.postgres import SCHEMA, PostgresStore
from wellspring_health.domain.evidence import Evidence
from wellspring_health.domain.rhythm import jitter

ALIVE = Evidence(None, 206, 40)
GONE = Evidence("not_found", 404, 40)
GONE_FOR_GOOD = Evidence("not_found", 410, 40)
BUSY = Evidence("throttled", 503, 40, retry_after_s=30)


async def test_a_claimed_link_is_nobody_elses_until_its_lease_ends(shelf: Shelf) -> None:
    await shelf.learn(await shelf.add())
    assert len(await shelf.claim()) == 1
    assert await shelf.claim() == []
    shelf.clock.advance(LEASE)
    assert len(await shelf.claim()) == 1


async def test_two_replicas_share_what_is_due(shelf: Shelf, database: FreshDatabase) -> None:
    refs = [await shelf.add(f"server{number}") for number in range(40)]
    await shelf.learn(*refs)
    async with opened(database, "health") as one, opened(database, "health") as two:
        stores = [PostgresStore(held, Outbox(SCHEMA), Inbox(SCHEMA)) for held in (one, two)]
        claims = await asyncio.gather(
            *(
                store.claim_due(now=shelf.clock.now(), limit=15, per_host=4, lease=LEASE, rules=RULES)
                for store in stores * 2
            )
        )
    claimed = [due.link_id for claim in claims for due in claim]
    assert sorted(claimed) == sorted(ref.link_id for ref in refs)


async def test_what_has_expired_for_good_is_not_asked(shelf: Shelf) -> None:
    past = shelf.clock.now() - timedelta(minutes=1)
    hard = await shelf.add("hard", expires_at=past, basis="parameter")
    issued = await shelf.add("issued", expires_at=past, basis="issued_at")
    guessed = await shelf.add("guessed", expires_at=past, basis="default")
    learned = await shelf.add("learned", expires_at=past, basis="learned")
    endless = await shelf.add("endless")
    await shelf.learn(hard, issued, guessed, learned, endless)
    assert {due.server for due in await shelf.claim()} == {"guessed", "learned", "endless"}


@pytest.mark.parametrize("refresh_class", ["single_use", "ip_bound"])
@pytest.mark.parametrize("verified", [True, False])
async def test_a_link_that_a_probe_would_use_up_is_never_probed(
    shelf: Shelf, refresh_class: str, *, verified: bool
) -> None:
    await shelf.learn(await shelf.add(refresh_class=refresh_class, verified=verified))
    shelf.clock.advance(timedelta(days=3650))
    assert await shelf.claim() == []


async def test_a_players_page_is_never_probed(shelf: Shelf) -> None:
    ref = await shelf.add()
    await shelf.admin.execute("update links.links set kind = 'embed'")
    await shelf.learn(ref)
    shelf.clock.advance(timedelta(days=3650))
    assert await shelf.claim() == []
    assert (await shelf.health(ref))["state"] == "unknown"


async def test_a_verdict_is_stored_with_what_was_seen(shelf: Shelf) -> None:
    ref = await shelf.add()
    await shelf.learn(ref)
    await shelf.save(await shelf.claim(), ALIVE)
    held = await shelf.health(ref)
    assert (held["state"], held["http_status"], held["latency_ms"]) == ("alive", 206, 40)
    assert held["last_checked_at"] == held["last_ok_at"] == shelf.clock.now()
    assert held["next_check_at"] == shelf.clock.now() + IDLE * jitter(ref.link_id)
    assert await shelf.told() == []


async def test_a_verdict_on_an_older_generation_is_void(shelf: Shelf) -> None:
    ref = await shelf.add()
    await shelf.learn(ref)
    claimed = await shelf.claim()
    renewed = await shelf.renew(ref)
    await shelf.learn(renewed)
    await shelf.save(claimed, GONE_FOR_GOOD)
    held = await shelf.health(ref)
    assert (held["state"], held["generation"]) == ("unknown", 2)
    assert await shelf.told() == []


async def test_a_link_whose_url_changed_is_not_probed_before_it_is_learned_anew(shelf: Shelf) -> None:
    ref = await shelf.add()
    await shelf.learn(ref)
    renewed = await shelf.renew(ref)
    assert await shelf.claim() == []
    await shelf.learn(renewed)
    assert [due.generation for due in await shelf.claim()] == [2]


async def test_a_death_is_told_once(shelf: Shelf) -> None:
    ref = await shelf.add()
    await shelf.learn(ref)
    await shelf.look(ALIVE)
    await shelf.look(GONE)
    assert await shelf.told() == []
    await shelf.look(GONE)
    for _ in range(3):
        await shelf.look(GONE)
    (died,) = await shelf.told()
    assert isinstance(died, LinksDied)
    assert shelf.episode is not None
    assert (died.episode_id, died.reason) == (shelf.episode.episode_id, "not_found")
    assert [(each.link_id, each.generation) for each in died.links] == [(ref.link_id, 1)]


async def test_a_revival_is_told_once(shelf: Shelf) -> None:
    await shelf.learn(await shelf.add())
    await shelf.look(GONE_FOR_GOOD)
    for _ in range(4):
        await shelf.look(ALIVE)
    died, revived = await shelf.told()
    assert isinstance(died, LinksDied)
    assert isinstance(revived, LinksRevived)


async def test_two_replicas_that_judge_the_same_link_tell_its_death_once(shelf: Shelf) -> None:
    """A probe that outlives its lease: the link was claimed again, and only that claim counts."""
    ref = await shelf.add()
    await shelf.learn(ref)
    slow = await shelf.claim()
    shelf.clock.advance(LEASE)
    quick = await shelf.claim()
    await shelf.save(quick, GONE_FOR_GOOD)
    await shelf.save(slow, GONE_FOR_GOOD)
    assert len(await shelf.told()) == 1
    await shelf.save(slow, ALIVE)
    assert (await shelf.health(ref))["state"] == "dead"


async def test_a_probe_does_not_undo_what_the_scraper_saw_meanwhile(shelf: Shelf) -> None:
    ref = await shelf.add()
    await shelf.learn(ref)
    claimed = await shelf.claim()
    await shelf.admin.execute("update links.links set verified = true")
    await shelf.learn(ref)
    await shelf.save(claimed, GONE_FOR_GOOD)
    assert (await shelf.health(ref))["state"] == "alive"
    assert await shelf.told() == []


async def test_deaths_of_one_sweep_are_told_together_by_reason(shelf: Shelf) -> None:
    refs = [await shelf.add(f"server{number}") for number in range(3)]
    await shelf.learn(*refs)
    await shelf.look(GONE_FOR_GOOD)
    (died,) = await shelf.told()
    assert isinstance(died, LinksDied)
    assert {each.link_id for each in died.links} == {ref.link_id for ref in refs}


async def test_a_busy_host_kills_nothing_and_tells_nothing(shelf: Shelf) -> None:
    ref = await shelf.add()
    await shelf.learn(ref)
    for _ in range(6):
        await shelf.look(BUSY)
    assert (await shelf.health(ref))["state"] == "suspect"
    assert await shelf.told() == []


async def test_links_are_counted_by_state(shelf: Shelf) -> None:
    alive, dead, fresh = [await shelf.add(name) for name in ("alive", "dead", "fresh")]
    await shelf.learn(dead)
    await shelf.look(GONE_FOR_GOOD)
    await shelf.learn(alive)
    await shelf.save(await shelf.claim(), ALIVE)
    await shelf.learn(fresh)
    now = shelf.clock.now()
    assert await shelf.store.counts(now=now) == {
        ("unknown", "fresh"): 1,
        ("alive", "alive"): 1,
        ("dead", "dead"): 1,
    }
    brief = await shelf.add("brief", expires_at=now + timedelta(hours=1))
    await shelf.learn(brief)
    assert (await shelf.store.counts(now=now))["unknown", "brief"] == 1
    assert (await shelf.store.counts(now=now + timedelta(hours=2)))["expired", "brief"] == 1
    assert await shelf.store.oldest_due(now=now - timedelta(days=1)) == timedelta(0)
    assert await shelf.store.oldest_due(now=now + timedelta(days=1)) > timedelta(hours=1)


async def test_the_health_of_a_removed_link_goes_with_it(shelf: Shelf) -> None:
    ref = await shelf.add()
    await shelf.learn(ref)
    await shelf.admin.execute("delete from links.links")
    assert await shelf.health(ref) == {}
