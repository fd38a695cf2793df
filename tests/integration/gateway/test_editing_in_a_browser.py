"""Editing a title and taking a provider's facts as a person does it, in Chromium, with axe looking on."""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.e2e.axe import faults
from wellspring_cli.chromium import ensure_chromium

from .test_editing import row_of
from .test_metadata import World, world

__all__ = ["world"]

pytestmark = [pytest.mark.e2e, pytest.mark.long]

NFO = b"<tvshow><title>The Glory</title><plot>By file.</plot><year>2023</year></tvshow>"


@pytest.fixture
async def page(world: World) -> AsyncGenerator[Page]:
    """Open the gateway as the operator. A page error or a CSP violation fails the story."""
    found = ensure_chromium()
    if found is None:
        pytest.skip("no Chromium on this machine")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    wrong: list[str] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(found), args=arguments)
        context = await chromium.new_context(
            base_url=world.gateway.url, viewport={"width": 1280, "height": 800}
        )
        [cookie] = [one for one in world.operator.session.cookie_jar if one.key == "ws_session"]
        await context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": world.gateway.url, "httpOnly": True}]
        )
        opened = await context.new_page()
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.on("console", lambda said: wrong.append(said.text) if "Security Policy" in said.text else None)
        yield opened
        await chromium.close()
    assert wrong == []


async def test_a_title_is_edited_and_its_facts_are_searched_confirmed_and_taken(
    page: Page, world: World, tmp_path: Path
) -> None:
    await page.goto("/title/the-glory")
    await page.get_by_role("link", name="Edit this title").click()
    assert await faults(page) == {}
    await page.get_by_label("Synopsis", exact=True).fill("My own words.")
    await page.get_by_label("Year", exact=True).fill("never")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("#e-year")).to_contain_text("whole number")
    await expect(page.get_by_label("Synopsis", exact=True)).to_have_value("My own words.")
    assert await faults(page) == {}
    await page.get_by_label("Year", exact=True).fill("")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text("Saved")
    await expect(page.get_by_label("Locked: Synopsis")).to_be_checked()
    await expect(page.get_by_label("Locked: Year")).not_to_be_checked()

    await page.get_by_role("link", name="Metadata").click()
    assert await faults(page) == {}
    await page.get_by_role("button", name="Search").click()
    picture = page.locator(".candidate img")
    await expect(picture).to_have_js_property("naturalWidth", 1)
    assert await faults(page) == {}
    await page.get_by_role("button", name="This one: The Glory 2022").click()
    await expect(page.get_by_label("Synopsis")).to_be_disabled()
    await page.get_by_label("Studio").uncheck()
    assert await faults(page) == {}
    await page.get_by_role("button", name="Take what is ticked").click()
    await expect(page.get_by_label("Original title", exact=True)).to_have_value("더 글로리")
    row = await row_of(world.gateway, world.title)
    assert (row["synopsis"], row["studio"], row["year"]) == ("My own words.", None, 2022)

    file = tmp_path / "tvshow.nfo"
    file.write_bytes(NFO)
    await page.get_by_role("link", name="Metadata").click()
    await page.locator("#f-file").set_input_files(file)
    await page.get_by_role("button", name="Read it").click()
    await page.get_by_label("Year").check()
    await page.get_by_role("button", name="Take what is ticked").click()
    await expect(page.get_by_label("Year", exact=True)).to_have_value("2023")

    await page.get_by_role("link", name="Episodes").click()
    await page.get_by_label("Name Episode 1").fill("A beginning")
    await page.get_by_label("First shown Episode 1").fill("2022-12-30")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Locked Episode 1")).to_be_checked()
    await expect(page.get_by_label("First shown Episode 1")).to_have_value("2022-12-30")
    assert await faults(page) == {}
    await page.goto("/title/the-glory")
    await expect(page.get_by_text("not endorsed or certified by TMDB")).to_be_visible()
    assert await faults(page) == {}
