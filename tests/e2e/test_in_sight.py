"""What a page wants to be seen is in sight: not under the masthead, and not pushed out at the side."""

from typing import Any

import pytest
from playwright.async_api import Browser

from tests.support.shown import SHOWN

from .test_every_page import opened

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

_BOX = "(each) => each.getBoundingClientRect().toJSON()"
_CHOOSE = """
(chip) => {
  chip.parentElement.querySelector("[aria-current]").removeAttribute("aria-current");
  chip.setAttribute("aria-current", "page");
}
"""


@pytest.mark.parametrize("name", ["people, wrong", "uploads, wrong"])
async def test_what_is_wrong_with_a_form_lies_below_the_masthead(
    browser: Browser, preview: str, name: str
) -> None:
    page = await opened(browser, preview, "en")
    await page.set_viewport_size({"width": 1440, "height": 700})
    await page.goto(SHOWN[name], wait_until="load")
    await page.wait_for_function("() => document.activeElement.id === 'error-summary'")
    summary: dict[str, Any] = await page.locator("#error-summary").evaluate(_BOX)
    masthead: dict[str, Any] = await page.locator(".masthead").evaluate(_BOX)
    assert masthead["bottom"] <= summary["top"]
    assert summary["bottom"] <= 700
    await page.context.close()


async def test_on_a_phone_tabs_are_one_row_and_the_chosen_one_is_in_sight(
    browser: Browser, preview: str
) -> None:
    page = await opened(browser, preview, "id")
    await page.set_viewport_size({"width": 360, "height": 700})
    await page.goto(SHOWN["jobs"], wait_until="load")
    chips = page.locator(".tabs .chip")
    last = chips.last
    tops = {round((await chip.evaluate(_BOX))["top"]) for chip in await chips.all()}
    assert len(tops) == 1
    assert (await last.evaluate(_BOX))["left"] > 360
    await last.evaluate(_CHOOSE)
    chosen: dict[str, Any] = await last.evaluate(_BOX)
    assert 0 <= chosen["left"] < chosen["right"] <= 360
    await page.context.close()
