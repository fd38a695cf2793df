"""An operator imports a file of episodes, with scripts and without."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.axe import faults
from tests.e2e.test_first_play import sign_in
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def import_file(page: Page, file: Path, *, imported: str) -> None:
    await page.goto("/admin/import")
    await page.get_by_label("CSV file").set_input_files(file)
    await page.get_by_role("button", name="Look at the file").click()
    await expect(page.get_by_role("heading", name=f"What {file.name} would bring")).to_be_visible()
    await expect(page.get_by_text("Line 3", exact=True)).to_be_visible()
    await page.get_by_role("button", name=f"Import {imported}").click()
    await expect(page.get_by_role("status")).to_contain_text(f"{imported} ")


async def test_a_file_is_looked_at_and_imported(
    page: Page, browser: Browser, running: Running, tmp_path: Path
) -> None:
    pages = await running.demo.mint("The Paper Harbour", 1, (480, 720))
    file = tmp_path / "episodes.csv"
    rows = [
        "show;episode;link480;link720",
        f"The Paper Harbour;1;{pages[480]};{pages[720]}",
        "No Number;one;x;y",
    ]
    file.write_text("\r\n".join(rows), encoding="utf-16")
    await sign_in(page, running)
    await page.get_by_role("link", name="Import a CSV file").click()
    await page.wait_for_url("**/admin/import")
    assert await faults(page) == {}
    await page.get_by_label("CSV file").set_input_files(file)
    await page.get_by_role("button", name="Look at the file").click()
    await expect(page.get_by_text("1 new episode")).to_be_visible()
    assert await faults(page) == {}
    await page.get_by_role("button", name="Import 1 episode").click()
    await expect(page.get_by_role("status")).to_contain_text("1 episode was imported")
    assert await faults(page) == {}

    file.write_text("\n".join([*rows, rows[1].replace(";1;", ";2;")]), encoding="utf-8")
    held = await page.context.storage_state()
    plain = await browser.new_context(base_url=running.url, java_script_enabled=False, storage_state=held)
    try:
        await import_file(await plain.new_page(), file, imported="1 episode")
    finally:
        await plain.close()
    # the player would find its links by itself
    await page.route("**/scrape", lambda route: route.abort())
    await page.goto("/player?show=The+Paper+Harbour&ep=2")
    await expect(page.get_by_role("link", name="720p (Master)")).to_be_visible()
