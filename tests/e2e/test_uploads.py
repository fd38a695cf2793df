"""An operator puts a series on the schedule, watches its bar move, and sees it where it was published."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.publishing import own
from tests.e2e.test_first_play import PLAYED, SCRAPE_MS, sign_in
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SHOW = "The Tide Mill"
HELD_S = 90.0
UPLOAD_HOSTS = ("dailymotion-upload", "dailymotion-upload2")


async def a_series_of_ours(running: Running) -> int:
    """Add a series of one episode that has links and may be published, and return its title's id."""
    operator = running.operator
    episode_id = await operator.add_episode(SHOW, 1, await running.demo.mint(SHOW, 1))
    await operator.force_scrape(episode_id)
    await operator.links(episode_id, 1)
    return await own(running.operator, SHOW)


async def schedule_of(running: Running, title_id: int) -> dict[str, Any]:
    """Return the only episode of a series as the schedule tells it."""
    url = f"{running.url}/api/upload/schedule"
    async with running.operator.session.get(url, params={"seriesId": str(title_id)}) as response:
        found: dict[str, Any] = await response.json()
    episode: dict[str, Any] = found["schedule"]["bySeries"][0]["episodes"][0]
    return episode


async def test_a_series_is_scheduled_seen_going_out_and_watched_where_it_went(
    page: Page, running: Running
) -> None:
    title_id = await a_series_of_ours(running)
    await sign_in(page, running)
    await page.goto("/admin/uploads")
    completed = page.locator("[data-count=completed]")
    before = int(await completed.inner_text())
    form = page.locator("form.upload-form")
    await form.locator("[name=title_id]").fill(str(title_id))
    await form.locator("[name=target_id]").select_option(label="dailymotion")
    await form.get_by_label("No, it is not made for children").check()
    await form.locator("[name=category]").fill("tv")
    await form.get_by_label("Download what is missing first").check()
    # The bytes stand still on their way until somebody has seen the bar.
    for host in UPLOAD_HOSTS:
        await running.demo.fault(target=host, kind="stall_upload", at=0.3, delay_s=HELD_S)
    try:
        await form.locator("button:not([name=rehearse])").click()
        await page.wait_for_url("**/admin/uploads?added=*")
        await expect(page.locator(".notice-good")).to_contain_text(SHOW)

        now = page.locator(".upload-now")
        await expect(now).to_contain_text(SHOW, timeout=SCRAPE_MS)
        await page.wait_for_function(
            "() => { const bar = document.querySelector('.upload-now progress');"
            " return bar && bar.value > 0 && bar.value < 100 }",
            timeout=SCRAPE_MS,
        )
    finally:
        await running.demo.heal()
    await expect(completed).to_have_text(str(before + 1), timeout=SCRAPE_MS)
    await expect(now).to_have_count(0)
    uploaded = await eventually(
        lambda: schedule_of(running, title_id), lambda episode: episode["state"] == "live"
    )
    assert (uploaded["status"], uploaded["upload_progress"]) == ("completed", 100)

    platform = running.stack.demo["platforms"]["dailymotion"]
    await page.goto(platform["channel"])
    await page.get_by_role("link", name=f"{SHOW} - Episode 1").click()
    await page.wait_for_url(f"**/video/{uploaded['dailymotion_video_id']}")
    await page.locator("video").evaluate("video => { video.muted = true; return video.play() }")
    await page.wait_for_function(f"() => ({PLAYED})() > 0.5", timeout=SCRAPE_MS)
    sent = [entry for host in UPLOAD_HOSTS for entry in await running.demo.log(host)]
    assert sent
    assert {entry["authorization"] for entry in sent} == {None}
