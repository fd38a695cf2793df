"""What a viewer meets of servers that hang, run out or stay dead: the long stories."""

import time
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.e2e.failing import die_under, kill_all, open_paced, own, refresh, scraped
from tests.e2e.pictures import PATIENCE_MS, elsewhere, leap, playing, seen, standstill, watch
from tests.e2e.renewing import long_films, renewed_file, renewed_stream
from tests.e2e.test_failover import MOST_ELSEWHERE_S, MOST_ERROR_S
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

UNBROKEN_S = 0.5
"""A picture that moves at least so often, on a busy machine, has no break to be seen."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running() -> AsyncGenerator[Running]:
    """Run a stack of its own, whose films are long."""
    async with long_films() as found:
        yield found


@pytest.mark.parametrize("kind", ["reset", "hang", "error"])
async def test_a_failing_server_is_left_within_eight_seconds(page: Page, running: Running, kind: str) -> None:
    try:
        change = await die_under(page, running, f"Under A Viewer: {kind}", kind)
    finally:
        await running.demo.heal()
    assert change.elsewhere_s <= MOST_ELSEWHERE_S
    assert change.error_s <= MOST_ERROR_S


async def test_a_stream_is_renewed_before_it_runs_out_without_a_break(page: Page, running: Running) -> None:
    moves = await renewed_stream(page, running)
    assert standstill(moves) <= UNBROKEN_S
    assert leap(moves) <= UNBROKEN_S


async def test_a_file_is_renewed_on_its_server_before_it_runs_out(page: Page, running: Running) -> None:
    moves = await renewed_file(page, running, "The Short Lease")
    assert standstill(moves) <= UNBROKEN_S
    assert leap(moves) <= UNBROKEN_S


async def test_all_stay_dead_and_are_revived_by_a_person(page: Page, running: Running) -> None:
    episode_id, links = await scraped(running, "The Long Silence")
    try:
        await open_paced(page, running, episode_id, links)
        await running.demo.fault(target="site", kind="status", status=500)
        await kill_all(running, links)
        again = page.get_by_role("button", name="Try again")
        await expect(again).to_be_visible(timeout=PATIENCE_MS)
        tried = page.locator(".tried li")
        await expect(tried).to_have_count(len(links))
        await expect(page.get_by_role("heading", name="Every server failed just now")).to_be_visible()
        before = (await seen(page))[-1]
        await running.demo.heal()
        await refresh(running, episode_id)
        await running.operator.links(episode_id, at_least=1)
        await playing(page, beyond=before.at + 1)
        first = next(each for each in await seen(page) if each.when > before.when)
        assert abs(first.at - before.at) <= MOST_ERROR_S
    finally:
        await running.demo.heal()


async def test_a_choice_is_kept_until_it_fails_and_its_quality_after_that(
    page: Page, running: Running
) -> None:
    episode_id, links = await scraped(running, "The Chosen Server", (480, 720))
    chosen = [link for link in links if link["quality"] == 480][-1]
    try:
        await watch(page)
        await running.demo.fault(target=chosen["server"], kind="paced", pace=1.6, path_prefix=own(chosen))
        await page.goto(f"/watch/{episode_id}")
        await page.locator(f"#servers [data-link='{chosen['id']}']").click()
        await page.wait_for_function("(link) => window.seen.at(-1)?.link === link", arg=chosen["id"])
        await refresh(running, episode_id)
        state = await running.operator.links(episode_id, at_least=6)
        now = await playing(page, beyond=2)
        assert now.link == chosen["id"]
        since = time.time()
        await running.demo.fault(target=chosen["server"], kind="reset", path_prefix=own(chosen))
        change = await elsewhere(page, chosen["id"], since=since)
        assert next(link["quality"] for link in state["links"] if link["id"] == change.link) == 480
        await running.demo.heal()
        # the quality that a person chose is begun with the next time
        await page.reload()
        now = await playing(page, beyond=0.5)
        assert next(link["quality"] for link in state["links"] if link["id"] == now.link) == 480
    finally:
        await running.demo.heal()
