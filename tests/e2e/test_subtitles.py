"""Subtitles over the picture: in Korean from the operator, and a file that never leaves the browser."""

import pytest
from playwright.async_api import Page, Request, expect

from tests.e2e.watching import PATIENCE_MS, playing, ready, time_is
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

KOREAN = "1\n00:00:00,000 --> 00:00:20,000\n밤의 <i>파도</i>가 온다\n"
OWN = "1\n00:00:00,000 --> 00:00:20,000\n바다 너머\n"
WORDS = ".vjs-text-track-display"


async def _given(running: Running, episode_id: int, text: str) -> None:
    url = f"{running.url}/api/v1/episodes/{episode_id}/subtitles"
    body = {"language": "ko", "text": text}
    async with running.operator.session.post(url, json=body, headers=running.operator.headers) as answer:
        assert answer.status == 201, await answer.text()


async def test_korean_subtitles_are_shown_remembered_and_turned_off_by_a_key(
    page: Page, running: Running
) -> None:
    episode_id = await ready(running, "Night Tide")
    await _given(running, episode_id, KOREAN)
    await playing(page, f"/watch/{episode_id}")
    await page.keyboard.press("k")
    await page.get_by_label("Subtitles").select_option(label="Korean")
    await expect(page.locator(WORDS)).to_contain_text("밤의 파도가 온다")
    await page.reload()
    await expect(page.locator(WORDS)).to_contain_text("밤의 파도가 온다", timeout=PATIENCE_MS)
    await page.keyboard.press("k")
    await page.locator("body").press("c")
    await expect(page.locator(WORDS)).not_to_contain_text("밤의")
    await page.locator("body").press("c")
    await expect(page.locator(WORDS)).to_contain_text("밤의 파도가 온다")


@pytest.mark.long
async def test_a_file_of_the_viewers_own_is_shown_and_never_sent(page: Page, running: Running) -> None:
    episode_id = await ready(running, "Own Words")
    await playing(page, f"/watch/{episode_id}")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    file = {"name": "own.srt", "mimeType": "application/x-subrip", "buffer": OWN.encode("cp949")}
    await page.locator("#room-file").set_input_files(file)  # type: ignore[arg-type]
    await expect(page.locator(WORDS)).to_contain_text("바다 너머")
    await expect(page.get_by_label("Subtitles")).to_have_value("file")
    await time_is(page, "> 1")
    assert [request.url for request in sent if "plays" not in request.url] == []
