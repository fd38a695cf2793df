"""The baseline of the browser rung: Playwright as its manual shows it, with a full Chromium, nothing blocked.

Run as `python -m tests.bench._baseline BINARY URL HOW_OFTEN`: prints the seconds of each round.
"""

import asyncio
import json
import os
import sys
import time

from playwright.async_api import async_playwright


async def opened(binary: str, url: str) -> float:
    """Return the time from nothing to five servers and back to nothing."""
    began = time.perf_counter()
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=binary, args=arguments)
        page = await browser.new_page()
        await page.goto(url)
        await page.click("#reveal")
        await page.wait_for_selector("a.server")
        await page.content()
        await browser.close()
    return time.perf_counter() - began


async def main() -> None:
    """Measure and print."""
    binary, url, rounds = sys.argv[1:]
    sys.stdout.write(json.dumps([await opened(binary, url) for _ in range(int(rounds))]))


if __name__ == "__main__":
    asyncio.run(main())
