"""New links come into care: due at once or seen already, each generation anew."""

from datetime import timedelta

from tests.integration.health.shelf import INTERVAL, Shelf
from wellspring_health.domain.evidence import Evidence
from wellspring_health.domain.rhythm import jitter

GONE_FOR_GOOD = Evidence("not_found", 410, 40)


async def test_a_new_link_is_due_at_once(shelf: Shelf) -> None:
    ref = await shelf.add()
    assert await shelf.learn(ref) == 1
    (due,) = await shelf.claim()
    assert (due.link_id, due.generation, due.server) == (ref.link_id, 1, "pixel")
    assert (due.url, due.headers) == ("https://pixel.example/v/1", {})
    assert (await shelf.health(ref))["state"] == "unknown"


async def test_a_link_that_the_scraper_saw_is_alive_and_rests(shelf: Shelf) -> None:
    ref = await shelf.add(verified=True)
    await shelf.learn(ref)
    held = await shelf.health(ref)
    assert (held["state"], held["last_ok_at"]) == ("alive", shelf.clock.now())
    assert await shelf.claim() == []
    assert held["next_check_at"] == shelf.clock.now() + INTERVAL * jitter(ref.link_id)
    shelf.clock.advance(INTERVAL * 1.15)
    assert len(await shelf.claim()) == 1


async def test_the_same_delivery_twice_is_learned_once(shelf: Shelf) -> None:
    ref = await shelf.add()
    delivery = shelf.updated(ref)
    assert [await shelf.learn(delivery=delivery) for _ in range(3)] == [1, 0, 0]


async def test_a_new_generation_begins_anew(shelf: Shelf) -> None:
    ref = await shelf.add()
    await shelf.learn(ref)
    await shelf.look(GONE_FOR_GOOD)
    assert (await shelf.health(ref))["state"] == "dead"
    await shelf.learn(await shelf.renew(ref))
    held = await shelf.health(ref)
    assert (held["state"], held["generation"], held["reason"], held["strikes"]) == ("unknown", 2, None, 0)


async def test_the_same_generation_heard_of_again_keeps_its_verdict_unless_it_was_seen(shelf: Shelf) -> None:
    ref = await shelf.add()
    await shelf.learn(ref)
    await shelf.look(GONE_FOR_GOOD)
    assert await shelf.learn(ref) == 0
    assert (await shelf.health(ref))["state"] == "dead"
    await shelf.admin.execute("update links.links set verified = true")
    assert await shelf.learn(ref) == 0, "what the scraper saw before the probe is no news"
    later = shelf.clock.now() + timedelta(minutes=1)
    await shelf.admin.execute("update links.links set scraped_at = $1", later)
    assert await shelf.learn(ref) == 1
    assert (await shelf.health(ref))["state"] == "alive"


async def test_a_link_that_is_gone_from_the_library_is_not_learned(shelf: Shelf) -> None:
    ref = await shelf.add()
    await shelf.admin.execute("delete from links.links")
    assert await shelf.learn(ref) == 0
