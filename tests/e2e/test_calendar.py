"""The days of the upload calendar are those of whoever looks at it."""

from datetime import datetime, timedelta, timezone

import pytest
from playwright.async_api import Browser, expect

from tests.support.shown import SHOWN

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

_DAYS = """
() => [...document.querySelectorAll("[data-days] section")].map((section) => [
  section.querySelector("[data-day]")?.dateTime ?? "",
  [...section.querySelectorAll("tbody time")].map((time) => time.dateTime),
])
"""


@pytest.mark.parametrize(("zone", "hours"), [("UTC", 0), ("Asia/Jakarta", 7), ("Pacific/Kiritimati", 14)])
async def test_a_slot_is_under_the_day_of_whoever_looks(
    browser: Browser, preview: str, zone: str, hours: int
) -> None:
    theirs = timezone(timedelta(hours=hours))
    context = await browser.new_context(base_url=preview, timezone_id=zone)
    try:
        page = await context.new_page()
        await page.goto(SHOWN["calendar"], wait_until="load")
        days: list[tuple[str, list[str]]] = await page.evaluate(_DAYS)
        told = [(day, at) for day, slots in days for at in slots]
        assert [day for day, _ in told] == [
            datetime.fromisoformat(at).astimezone(theirs).date().isoformat() for _, at in told
        ]
        assert len(told) == 7
        await expect(page.locator("[data-days] section")).to_have_count(len({day for day, _ in told}) + 1)
    finally:
        await context.close()
