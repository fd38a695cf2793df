"""Whoever is killed during the flow, the links end up on the page, once."""

import asyncio

import asyncpg
import pytest

from tests.chaos.ledger import told_of_an_episode
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.chaos, pytest.mark.asyncio(loop_scope="session")]

LINKS = 6
PATIENCE_S = 90.0


async def start_slow_scrape(running: Running, show: str) -> int:
    """Force a scrape whose pages take their time, so that a kill comes in the middle of it."""
    await running.demo.fault(target="site", kind="slow", delay_s=1.5)
    pages = await running.demo.mint(show, 1, (480, 720))
    episode_id = await running.operator.add_episode(show, 1, pages)
    answer = await running.operator.force_scrape(episode_id)
    assert answer["http"] == 202
    return episode_id


# what these two had in hand comes again only after their consumers' ack wait
_WAITED_FOR = [pytest.param(name, marks=pytest.mark.long) for name in ("scraper", "refresher")]


@pytest.mark.parametrize("victim", ["gateway", "nats", "postgres", *_WAITED_FOR])
async def test_a_kill_during_the_flow_still_ends_with_links_on_the_page(
    running: Running, victim: str
) -> None:
    episode_id = await start_slow_scrape(running, f"Killed {victim}")
    before = running.stack.pids[victim]
    try:
        running.stack.kill(victim)
        await eventually(
            lambda: asyncio.sleep(0, running.stack.pids.get(victim)),
            lambda pid: pid is not None and pid != before,
        )
        state = await running.operator.links(episode_id, LINKS, patience_s=PATIENCE_S)
    finally:
        await eventually(lambda: _heal(running), bool)
    assert state["job"]["state"] == "succeeded"
    found = await told_of_an_episode(running.stack, episode_id)
    assert found == {"jobs": 1, "succeeded": 1, "links": LINKS, "generation": 1, "told": 1}


async def test_a_killed_scraper_is_replaced_and_the_next_job_runs_at_once(running: Running) -> None:
    running.stack.kill("scraper")
    pages = await running.demo.mint("After The Kill", 1, (480,))
    episode_id = await running.operator.add_episode("After The Kill", 1, pages)
    await running.operator.force_scrape(episode_id)
    await running.operator.links(episode_id, 3, patience_s=PATIENCE_S)


async def test_an_expired_episode_is_scraped_again_by_the_sweep(running: Running) -> None:
    pages = await running.demo.mint("Short Lived", 1, (480,))
    episode_id = await running.operator.add_episode("Short Lived", 1, pages)
    await running.operator.force_scrape(episode_id)
    await running.operator.links(episode_id, 3, patience_s=PATIENCE_S)
    connection = await asyncpg.connect(running.stack.database_url("refresher"))
    try:
        await connection.execute(
            "update links.links set expires_at = now() - interval '1 second' where episode_id = $1",
            episode_id,
        )
        await connection.execute(
            "update links.refresh_schedule set due_at = now() where episode_id = $1", episode_id
        )
        jobs = await eventually(
            lambda: connection.fetch(
                "select lane, state from links.jobs where episode_id = $1 order by requested_at", episode_id
            ),
            lambda rows: len(rows) == 2 and rows[1]["state"] == "succeeded",
            patience_s=PATIENCE_S,
        )
    finally:
        await connection.close()
    assert [row["lane"] for row in jobs] == ["interactive", "background"]
    await running.operator.links(episode_id, 3)


async def test_a_dead_server_is_noticed_and_no_longer_offered(running: Running) -> None:
    pages = await running.demo.mint("Gone By Night", 1, (480,))
    episode_id = await running.operator.add_episode("Gone By Night", 1, pages)
    await running.operator.force_scrape(episode_id)
    await running.operator.links(episode_id, 3, patience_s=PATIENCE_S)
    await running.demo.fault(target="pixel", kind="status", status=410)
    connection = await asyncpg.connect(running.stack.database_url("health"))
    try:
        # the timer is half an hour: let the check be due now
        await eventually(
            lambda: connection.execute(
                "update health.link_health set next_check_at = now() where episode_id = $1", episode_id
            ),
            lambda done: done == "UPDATE 3",
        )
        state = await eventually(
            lambda: running.operator.state(episode_id),
            lambda seen: {link["server"]: link["state"] for link in seen["links"]}["pixel"] == "dead",
        )
    finally:
        await connection.close()
        await running.demo.heal()
    assert {link["server"] for link in state["links"] if link["offered"]} == {"fsl", "10gbps"}


async def _heal(running: Running) -> bool:
    await running.demo.heal()
    return True
