"""What health counts as offered is what the gateway offers, whatever the rows hold."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.integration.common.databases import opened
from tests.integration.common.library import add_episode, add_series
from tests.integration.health.shelf import RULES, Shelf
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Connection
from wellspring_common.tunables import Tunables
from wellspring_gateway.adapters.catalog import PostgresCatalog
from wellspring_health.adapters.starving import fed_of
from wellspring_health.domain.evidence import Evidence

ROWS = 600
HOSTS = {"closed.example:443": "closed", "open.example:443": "open", "half.example:443": "half_open"}
AGES = [timedelta(seconds=seconds) for seconds in (0, 1, 60, 119, 120, 121, 599, 600, 601, 3599, 3600, 7200)]
TUNABLES = Tunables(probe_interval_minutes=RULES.watched // timedelta(minutes=1))


def any_row(chance: Random, now: datetime) -> tuple[Any, ...]:
    """Return what decides of one link, with the very moments at which the answer turns among it."""
    sign = chance.choice([-1, 1, 1])
    return (
        chance.choice(["parameter", "issued_at", "learned", "default"]),
        chance.choice(["safe", "safe", "kills_old", "single_use", "ip_bound"]),
        chance.choice([None, now - sign * chance.choice(AGES)]),
        now - chance.choice(AGES),
        chance.choice([None, "unknown", "alive", "alive", "alive", "suspect", "dead"]),
        chance.choice([1, 1, 1, 2]),
        chance.choice(["nobody.example:443", *HOSTS, "closed.example:443"]),
        chance.choice([None, now - chance.choice(AGES)]),
    )


async def test_gateway_and_health_offer_the_same_of_random_rows(
    shelf: Shelf, database: FreshDatabase
) -> None:
    chance, now, admin = Random(7), shelf.clock.now(), shelf.admin
    episodes = await add_series(admin, episodes=ROWS)
    for host, position in HOSTS.items():
        await admin.execute("insert into health.host_state (host, position) values ($1, $2)", host, position)
    for episode in episodes:
        basis, refresh_class, expires_at, scraped_at, state, of_generation, host, ok_at = any_row(chance, now)
        link_id = await admin.fetchval(
            "insert into links.links (source_id, episode_id, server, label, kind, container, url, verified, "
            "scraped_at, expires_at, expiry_basis, refresh_class, job_id) values ($1, $2, 's', 's', "
            "'stream', 'mp4', 'https://s.example/', false, $3, $4, $5, $6, gen_random_uuid()) returning id",
            episode.source_ids[0],
            episode.episode_id,
            scraped_at,
            expires_at,
            basis,
            refresh_class,
        )
        if state is not None:
            await admin.execute(
                "insert into health.link_health "
                "(link_id, episode_id, generation, state, host, last_ok_at, next_check_at) "
                "values ($1, $2, $3, $4, $5, $6, 'epoch')",
                link_id,
                episode.episode_id,
                of_generation,
                state,
                host,
                ok_at,
            )
    ids = [each.episode_id for each in episodes]
    async with opened(database, "gateway") as held:
        catalog = PostgresCatalog(held, Outbox("catalog"))
        shown = {each: await offered_by(catalog, each, now) for each in ids}
    async with opened(database, "health") as held, held.connection() as connection:
        counted = await counted_by(connection, ids, now)
    assert counted == shown
    assert ROWS / 5 < sum(shown.values()) < ROWS * 4 / 5, "both answers were well tried"


async def offered_by(catalog: PostgresCatalog, episode_id: int, now: datetime) -> int:
    state = await catalog.state(episode_id)
    assert state is not None
    return len(state.offered(now=now, tunables=TUNABLES))


async def counted_by(connection: Connection, ids: list[int], now: datetime) -> dict[int, int]:
    found = await fed_of(connection, set(ids), rules=RULES, now=now)
    return {episode_id: each.offered for episode_id, each in found.items()}


async def test_an_episode_that_a_host_s_outage_left_hungry_recovers_with_the_host(shelf: Shelf) -> None:
    shelf.episode = await add_episode(shelf.admin, qualities=(720,))
    refs = [await shelf.add(f"s{number}", url=f"https://frail.example/{number}") for number in range(3)]
    lonely = await shelf.add("other", url="https://other.example/")
    await shelf.learn(*refs, lonely)
    await shelf.save(await shelf.claim(), Evidence(None, 206, 40))
    await shelf.admin.execute(
        "update health.host_state set position = 'open', not_before = 'epoch' where host like 'frail%'"
    )
    due = await next_look(shelf)
    await shelf.save([each for each in due if each.server == "other"], Evidence("not_found", 410, 40))
    assert [(told.offered, told.minimum) for told in await shelf.starved()] == [(0, 3)]
    await shelf.save([each for each in due if each.server != "other"], Evidence(None, 206, 40))
    assert await shelf.position("frail.example:443") == "closed"
    assert await shelf.store.starved() == 0


async def next_look(shelf: Shelf) -> list[Any]:
    await shelf.admin.execute("update health.link_health set next_check_at = 'epoch'")
    return await shelf.claim()
