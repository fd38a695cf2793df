"""A whole catalogue becomes a library: read once, kept, read again without change, and watched."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.test_first_play import PLAYED, SCRAPE_MS, sign_in
from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

TITLES, EPISODES = 200, 3000
CRAWL_S = 90.0


async def crawled(running: Running, catalogue_id: int, **wish: Any) -> dict[str, Any]:
    """Read a catalogue and return the crawl once it has ended and all it told is stored."""
    operator = running.operator
    url = f"{running.url}/api/v1/catalogues/{catalogue_id}/crawls"
    async with operator.session.post(url, json=wish, headers=operator.headers) as response:
        assert response.status == 202, await response.text()
        asked = await response.json()

    async def look() -> dict[str, Any]:
        async with operator.session.get(f"{running.url}/api/v1/crawls/{asked['id']}") as response:
            found: dict[str, Any] = await response.json()
            return found

    def settled(crawl: dict[str, Any]) -> bool:
        library = crawl["library"] or {}
        stored = sum(library.get(f"titles_{what}", 0) for what in ("added", "changed", "unchanged"))
        return crawl["state"] not in {"queued", "running"} and stored >= crawl["counts"].get("titles", 0)

    found: dict[str, Any] = await eventually(look, settled, patience_s=CRAWL_S)
    return found


async def test_a_catalogue_is_added_read_kept_and_watched(page: Page, running: Running) -> None:
    base_url = running.stack.demo["anime"]
    await sign_in(page, running)
    await page.goto("/admin/catalogues/new")
    await page.get_by_role("textbox", name="Name", exact=True).fill("The anime shelf")
    await page.locator("#f-definition").fill("otakudesu")
    await page.locator("#f-base_urls").fill(base_url)
    await page.locator("form.catalogue-form").get_by_role("button").click()
    await page.wait_for_url("**/admin/catalogues/*?saved=true")
    catalogue_id = int(page.url.partition("/catalogues/")[2].partition("?")[0])

    first = await crawled(running, catalogue_id, scope="all")
    assert (first["state"], first["error_code"]) == ("succeeded", None), first
    assert first["counts"]["titles"] >= TITLES
    assert first["library"]["titles_added"] >= TITLES
    assert first["library"]["episodes_added"] >= EPISODES

    for wish in ({"scope": "all"}, {"scope": "all", "thorough": True}):
        again = await crawled(running, catalogue_id, **wish)
        assert again["state"] == "succeeded", again
        changed = {name: count for name, count in (again["library"] or {}).items() if "unchanged" not in name}
        assert sum(changed.values()) == 0, changed

    async def has_pictures() -> bool:
        async with running.operator.session.get(f"{running.url}/") as response:
            return 'src="/posters/' in await response.text()

    await eventually(has_pictures, bool)
    await page.goto("/")
    await expect(page.locator("main img[src^='/posters/']").first).to_be_visible()
    await page.locator("main a[href^='/title/']").first.click()
    await page.locator("main a[href^='/watch/'], main a[href^='/player']").first.click()
    # whoever opens an episode without links has them looked for
    await page.wait_for_function(f"() => ({PLAYED})() > 1", timeout=SCRAPE_MS)
