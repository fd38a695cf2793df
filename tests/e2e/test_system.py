"""What the system around a browser is told, and what it asks for: media keys, lock screens, the small window.

A browser without a screen has neither keys nor a window. What it lacks is stood in for at the browser's own
doors: the page's handlers are called as the browser calls them.
"""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.watching import PATIENCE_MS, playing, ready, time_is
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

KEYS = """
window.keys = {};
const setActionHandler = MediaSession.prototype.setActionHandler;
MediaSession.prototype.setActionHandler = function (action, handler) {
  setActionHandler.call(this, action, handler);
  window.keys[action] = handler;
};
"""
TOLD = "() => (({ title, artist, album }) => [title, artist, album])(navigator.mediaSession.metadata)"
SMALL = """
window.small = [];
Object.defineProperty(document, "pictureInPictureEnabled", { get: () => true });
HTMLVideoElement.prototype.requestPictureInPicture = async function () {
  window.small.push("in");
  Object.defineProperty(document, "pictureInPictureElement", { configurable: true, get: () => this });
  this.dispatchEvent(new Event("enterpictureinpicture"));
};
document.exitPictureInPicture = async () => {
  window.small.push("out");
  const video = document.pictureInPictureElement;
  Object.defineProperty(document, "pictureInPictureElement", { configurable: true, get: () => null });
  video.dispatchEvent(new Event("leavepictureinpicture"));
};
"""


async def _press(page: Page, action: str, **details: Any) -> None:
    """Press a media key."""
    script = "([action, details]) => { window.keys[action]({ action, ...details }); }"
    await page.evaluate(script, [action, details])


async def test_media_keys_work_and_the_system_knows_what_plays(page: Page, running: Running) -> None:
    first, second = [await ready(running, "Keys Of The System", number) for number in (1, 2)]
    await page.add_init_script(KEYS)
    await playing(page, f"/watch/{first}")
    assert await page.evaluate(TOLD) == ["S1 E1", "Keys Of The System", "Keys Of The System"]
    assert await page.evaluate("() => window.keys.previoustrack") is None
    await page.wait_for_function("() => navigator.mediaSession.playbackState === 'playing'")
    await _press(page, "pause")
    await page.wait_for_function("() => document.querySelector('video').paused")
    await page.wait_for_function("() => navigator.mediaSession.playbackState === 'paused'")
    await _press(page, "seekto", seekTime=6)
    await time_is(page, ">= 6")
    await _press(page, "seekbackward", seekOffset=4)
    await time_is(page, "< 3")
    await _press(page, "seekforward")
    await time_is(page, "> 11")
    await _press(page, "seekto", seekTime=1)
    await _press(page, "play")
    await page.wait_for_function("() => !document.querySelector('video').paused")
    await _press(page, "nexttrack")
    await page.wait_for_url(f"**/watch/{second}")
    await page.wait_for_function(
        "() => navigator.mediaSession.metadata.title === 'S1 E2'", timeout=PATIENCE_MS
    )
    assert await page.evaluate("() => window.keys.nexttrack") is None
    await _press(page, "previoustrack")
    await page.wait_for_url(f"**/watch/{first}")


async def test_the_small_window_is_asked_for_and_outlasts_an_episode(page: Page, running: Running) -> None:
    first, second = [await ready(running, "In A Small Window", number) for number in (1, 2)]
    await page.add_init_script(SMALL)
    await playing(page, f"/watch/{first}")
    await (
        page.get_by_role("group", name="While watching")
        .get_by_role("button", name="Picture in picture")
        .click()
    )
    player = page.locator("#video .video-js").first
    await expect(player).to_contain_class("vjs-picture-in-picture")
    await page.evaluate("() => { window.before = document.pictureInPictureElement; }")
    await page.keyboard.press("n")
    await page.wait_for_url(f"**/watch/{second}")
    await time_is(page, "> 0.2")
    assert await page.evaluate("() => window.before === document.querySelector('#video video')")
    assert await page.evaluate("() => window.small") == ["in"]
    await page.keyboard.press("i")
    await page.wait_for_function("() => window.small.join() === 'in,out'")
    await expect(player).not_to_contain_class("vjs-picture-in-picture")
