"""Every page in every state, in both themes and languages, on a desk and on a phone: nobody is locked out."""

import gzip
import re
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from playwright.async_api import Browser, Page, Response

import wellspring_gateway
from tests.support.shown import MAIN, SHOWN, UNSHOWN
from wellspring_gateway.domain.language import SUPPORTED

from .axe import faults

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

TEMPLATES = Path(wellspring_gateway.__file__).parent / "templates"
MOST_BYTES = 100_000
"""Of a page with its scripts and styles, compressed. The player's own come on top."""
OF_THE_PLAYER = re.compile(r"/(?:player|video|videojs|VideoJS)[.-]")
FOR_PEOPLE = {"document", "stylesheet", "script", "font"}


async def opened(browser: Browser, url: str, language: str) -> Page:
    context = await browser.new_context(
        base_url=url, locale=language, viewport={"width": 1280, "height": 800}
    )
    await context.add_cookies([{"name": "ws_lang", "value": language, "url": url}])
    return await context.new_page()


async def assert_sound(browser: Browser, preview: str, name: str, language: str) -> None:
    page = await opened(browser, preview, language)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on(
        "console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None
    )
    await page.goto(SHOWN[name], wait_until="load")
    assert await page.locator("html").get_attribute("lang") == language
    assert await faults(page) == {}
    assert broken == []
    await page.context.close()


@pytest.mark.parametrize(("name", "language"), [(name, ("en", "id")[at % 2]) for at, name in enumerate(MAIN)])
async def test_the_main_pages_lock_nobody_out(
    browser: Browser, preview: str, name: str, language: str
) -> None:
    await assert_sound(browser, preview, name, language)


@pytest.mark.long
@pytest.mark.parametrize("language", sorted(SUPPORTED))
@pytest.mark.parametrize("name", sorted(SHOWN))
async def test_no_page_locks_anybody_out(browser: Browser, preview: str, name: str, language: str) -> None:
    await assert_sound(browser, preview, name, language)


@pytest.mark.parametrize("name", MAIN)
async def test_a_page_weighs_less_than_a_picture(browser: Browser, preview: str, name: str) -> None:
    page = await opened(browser, preview, "en")
    answers: list[Response] = []

    def seen(answer: Response) -> None:
        answers.append(answer)

    page.on("response", seen)
    await page.goto(SHOWN[name], wait_until="load")
    weights = {
        urlsplit(answer.url).path: len(gzip.compress(await answer.body(), mtime=0))
        for answer in answers
        if answer.request.resource_type in FOR_PEOPLE and not OF_THE_PLAYER.search(answer.url)
    }
    assert len(weights) > 2
    assert sum(weights.values()) < MOST_BYTES, weights
    await page.context.close()


async def test_every_template_is_among_the_pages(preview: str) -> None:
    shown, refused = set(), {}
    async with aiohttp.ClientSession() as session:
        for name, path in SHOWN.items():
            async with session.get(f"{preview}{path}") as answer:
                shown.add(template := answer.headers.get("x-template"))
                if template is None:
                    refused[name] = answer.status
    assert refused == {}
    there = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if "parts" not in path.relative_to(TEMPLATES).parts
    }
    assert there - shown == UNSHOWN
