"""Plays are counted where they happen: in the viewer's player."""

from typing import Any

import asyncpg
import pytest
from playwright.async_api import Page

from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SCRAPE_MS = 60_000
PLAYED = "() => (document.querySelector('video')?.currentTime ?? 0) > 1"


async def rows(running: Running, sql: str, episode_id: int) -> list[dict[str, Any]]:
    """Ask the gateway's schema as the administrator."""
    admin = await asyncpg.connect(running.stack.database_url("admin"))
    try:
        return [dict(row) for row in await admin.fetch(sql, episode_id)]
    finally:
        await admin.close()


async def counted(running: Running, episode_id: int) -> list[tuple[int, ...]]:
    """Return today's counts of an episode: started, first_try, after_fallback, failed."""
    sql = (
        "select started, first_try, after_fallback, failed from catalog.plays "
        "where episode_id = $1 and day = (now() at time zone 'utc')::date"
    )
    return [tuple(row.values()) for row in await rows(running, sql, episode_id)]


async def scraped(running: Running, show: str) -> tuple[int, dict[str, Any]]:
    """Return a fresh episode with its links, and the link that a player takes first."""
    pages = await running.demo.mint(show, 1, (480, 720))
    episode_id = await running.operator.add_episode(show, 1, pages)
    await running.operator.force_scrape(episode_id)
    state = await running.operator.links(episode_id, at_least=6)
    return episode_id, next(link for link in state["links"] if link["offered"] and link["playable"])


async def test_a_play_counts_once(page: Page, running: Running) -> None:
    episode_id, _ = await scraped(running, "A Counted Play")
    await page.goto(f"/watch/{episode_id}")
    await page.wait_for_function(PLAYED, timeout=SCRAPE_MS)
    found = await eventually(lambda: counted(running, episode_id), bool)
    assert found == [(1, 1, 0, 0)]


async def test_a_broken_server_is_reported_and_the_play_counts_as_a_fallback(
    page: Page, running: Running
) -> None:
    episode_id, first = await scraped(running, "A Fallback")
    await running.demo.fault(target=first["server"], kind="status", status=403)
    try:
        await page.goto(f"/watch/{episode_id}")
        await page.wait_for_function(PLAYED, timeout=SCRAPE_MS)
        found = await eventually(lambda: counted(running, episode_id), bool)
        assert found == [(1, 0, 1, 0)]
        told = await rows(
            running,
            "select convert_from(payload, 'utf8')::jsonb as said from catalog.outbox "
            "where subject = 'playback.failed' "
            "and (convert_from(payload, 'utf8')::jsonb ->> 'episode_id')::bigint = $1",
            episode_id,
        )
        assert first["server"] in str(told[0]["said"])
        # health hears of it, asks for itself, and takes the link out of what is offered
        await eventually(
            lambda: running.operator.state(episode_id),
            lambda state: any(
                link["id"] == first["id"] and link["state"] in {"suspect", "dead"} for link in state["links"]
            ),
        )
    finally:
        await running.demo.heal()
