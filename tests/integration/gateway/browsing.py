"""A Chromium at the gateway of a test, as somebody who is signed in or as a stranger."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

from wellspring_cli.chromium import ensure_chromium

from .running import Gateway, Visitor


@asynccontextmanager
async def browsing(gateway: Gateway, visitor: Visitor | None = None, **more: Any) -> AsyncGenerator[Page]:
    """Open a browser. A page error or a violation of our policy fails the story."""
    found = ensure_chromium()
    if found is None:
        pytest.skip("no Chromium on this machine")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    wrong: list[str] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(found), args=arguments)
        settings = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"} | more
        context = await chromium.new_context(base_url=gateway.url, **settings)
        for cookie in visitor.session.cookie_jar if visitor is not None else ():
            if cookie.key == "ws_session":
                await context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": gateway.url}])
        opened = await context.new_page()
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.on("console", lambda said: wrong.append(said.text) if "Security Policy" in said.text else None)
        yield opened
        await chromium.close()
    assert wrong == []
