"""What stands around the picture, as it is drawn in Chromium."""

import pytest

from .browsing import browsing
from .running import Gateway

pytestmark = pytest.mark.e2e

ROW = """
() => {
  const room = document.getElementById("room");
  const all = [...room.querySelectorAll("select, input[type=checkbox], .button")];
  const shown = all.filter((each) => each.offsetParent);
  const middles = shown.map((each) => {
    const { top, height } = each.getBoundingClientRect();
    return Math.round((top + height / 2) / 4);
  });
  return [shown.length, new Set(middles).size, room.scrollWidth - room.clientWidth];
}
"""


@pytest.mark.parametrize("language", ["en", "id"])
async def test_the_row_under_a_picture_is_one_row_where_it_is_wide_and_two_on_a_phone(
    gateway: Gateway, language: str
) -> None:
    first = await gateway.add_episode("The Glory", 1)
    await gateway.add_episode("The Glory", 2)
    async with browsing(gateway) as page:
        await page.context.add_cookies([{"name": "ws_lang", "value": language, "url": gateway.url}])
        for width, most in ((360, 2), (1024, 1), (1440, 1), (2560, 1)):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.goto(f"/watch/{first}")
            await page.wait_for_selector("#room select")
            shown, rows, over = await page.evaluate(ROW)
            assert shown >= 5
            assert (rows, over) == (most, 0), width
