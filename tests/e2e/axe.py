"""What axe finds wrong with a page, in the looks that people have it in."""

from collections.abc import AsyncGenerator
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Page

import wellspring_gateway

Scheme = Literal["light", "dark"]
LOOKS: tuple[tuple[Scheme, int], ...] = (("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360))
_AXE = Path(wellspring_gateway.__file__).parents[1] / "web/node_modules/axe-core/axe.min.js"
_RULES = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice")
_RUN = """
async (rules) => (await axe.run(document, {runOnly: rules})).violations
  .map((found) => `${found.id}: ${found.nodes[0].html.slice(0, 200)}`)
"""
_WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@cache
def _axe() -> str:
    return _AXE.read_text(encoding="utf-8")


async def looks(page: Page) -> AsyncGenerator[str]:
    """Show an open page in each look, and name it."""
    before = page.viewport_size
    for scheme, width in LOOKS:
        # a colour on its way to another one has the contrast of neither
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.set_viewport_size({"width": width, "height": 800})
        yield f"{scheme}, {width}"
    await page.emulate_media(color_scheme="null", reduced_motion="null")
    if before is not None:
        await page.set_viewport_size(before)


async def faults(page: Page) -> dict[str, Any]:
    """Return what is wrong with an open page by look: nothing where nothing is."""
    await page.evaluate(_axe())
    wrong: dict[str, Any] = {}
    async for look in looks(page):
        found = await page.evaluate(_RUN, _RULES)
        if (wider := await page.evaluate(_WIDER)) > 0:
            found = [*found, f"scrolls sideways by {wider}"]
        if found:
            wrong[look] = found
    return wrong
