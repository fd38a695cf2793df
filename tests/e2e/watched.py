"""What the stack has to do before its dashboards have something to show."""

from typing import Any
from uuid import uuid4

import asyncpg
from deploy.prometheus.objectives import OBJECTIVES

from tests.e2e.publishing import own
from tests.support.gateway import eventually
from tests.support.prometheus import Prometheus
from tests.support.running import Running

SHOW = "A Watched House"


async def make_traffic(running: Running) -> None:
    """Scrape, fail to scrape, play on the first link and on a later one, open a page, refresh and publish."""
    operator = running.operator
    pages = await running.demo.mint(SHOW, 1)
    episode_id = await operator.add_episode(SHOW, 1, pages)
    await operator.force_scrape(episode_id)
    link = next(each for each in (await operator.links(episode_id, at_least=9))["links"] if each["offered"])
    gone = await operator.add_episode("Nowhere", 1, {480: "http://nowhere.invalid/v/abc"})
    await operator.force_scrape(gone)
    await _play(running, episode_id, link, first_try=True)
    await _play(running, episode_id, link, first_try=False)
    await _play(running, episode_id, link, first_try=False, failed=True)
    async with operator.session.get(f"{running.url}/watch/{episode_id}") as answer:
        assert answer.status == 200
    await _make_due(running, episode_id)
    await _publish(running)


async def wait_for_figures(prometheus: Prometheus) -> None:
    """Wait until what was done has come to Prometheus, and its rules have seen it."""
    for query in (
        'sum(increase(wellspring_plays_total{outcome="live_after_fallback"}[2m])) > 0',
        'sum(increase(wellspring_scrapes_total{outcome="error"}[2m])) > 0',
        "sum(increase(wellspring_link_refresh_lag_seconds_count[2m])) > 0",
        'sum(wellspring_links{state="alive"}) > 0',
        "max(wellspring_nats_monitor_up) > 0",
        *(each.recorded("3d") for each in OBJECTIVES),
    ):
        await _holds(prometheus, query)


async def _holds(prometheus: Prometheus, query: str) -> None:
    try:
        await eventually(lambda: prometheus.instant(query), bool, patience_s=90)
    except AssertionError:
        raise AssertionError(f"never true: {query}") from None


async def _play(
    running: Running, episode_id: int, link: dict[str, Any], *, first_try: bool, failed: bool = False
) -> None:
    """Report a play as the player does."""
    body = {
        "play_id": str(uuid4()),
        "tab_id": str(uuid4()),
        "episode_id": episode_id,
        "link_id": link["id"],
        "generation": link["generation"],
        "outcome": "failed" if failed else "started",
        "first_try": first_try,
        "over": failed,
    }
    url = f"{running.url}/api/v1/plays"
    async with running.operator.session.post(url, json=body, headers={"Origin": running.url}) as answer:
        assert (answer.status, await answer.json()) == (202, {"counted": True})


async def _publish(running: Running) -> None:
    """Put the title on the schedule: its film is downloaded, and goes out within seconds."""
    asked = {"seriesId": await own(running.operator, SHOW), "downloadFirst": True}
    operator, url = running.operator, f"{running.url}/api/upload/schedule"
    async with operator.session.post(url, json=asked, headers=operator.headers) as answer:
        assert answer.status == 200, await answer.text()


async def _make_due(running: Running, episode_id: int) -> None:
    """Let an episode be due, so that the refresher asks for it by itself.

    The plays before are planned for when they arrive: what they plan may come after what is written here.
    """
    admin = await asyncpg.connect(running.stack.servers.admin_database_url)
    due = "update links.refresh_schedule set due_at = now() - interval '5 seconds' where episode_id = $1"
    asked = "select exists (select from links.jobs where episode_id = $1 and lane = 'background')"

    async def is_asked_for() -> bool:
        if await admin.fetchval(asked, episode_id):
            return True
        await admin.execute(due, episode_id)
        return False

    try:
        await eventually(is_asked_for, bool, patience_s=60)
    finally:
        await admin.close()
