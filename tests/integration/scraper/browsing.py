"""Pages that tests make up, a browser that opens them, and who is left afterwards."""

import os
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from wellspring_cli.chromium import ensure_chromium
from wellspring_common.errors import WellspringError
from wellspring_common.fetch.guard import Guard
from wellspring_scraper.adapters import processes
from wellspring_scraper.adapters.browser import PlaywrightBrowser, PlaywrightBrowsers
from wellspring_scraper.ports import Rendered

READY = "#ready"
HOG = """<script>var kept=[];function eat(){try{for(var i=0;i<20;i++)kept.push(new Uint8Array(4<<20).fill(1))}
catch(e){document.title='RangeError';return}setTimeout(eat,5)}setTimeout(eat,50)</script>"""


def of_a_browser() -> set[int]:
    """Return the processes below us that belong to a browser or its driver, and no other server's."""
    found = set()
    for pid in processes.tree(os.getpid()):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:  # gone already
            continue
        if b"chrom" in command or b"playwright" in command:
            found.add(pid)
    return found


@dataclass(frozen=True)
class Site:
    """A site whose pages each test makes up."""

    port: int
    pages: dict[str, str]
    asked: list[str]
    headers: list[Mapping[str, str]] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def page(self, body: str) -> str:
        self.pages["/page"] = f"<!doctype html><title>t</title><body>{body}"
        return f"http://{self.host}/page"


@asynccontextmanager
async def served() -> AsyncGenerator[Site]:
    site = Site(0, {}, [])

    async def answer(request: web.Request) -> web.StreamResponse:
        site.asked.append(request.path)
        site.headers.append(request.headers)
        if "to" in request.query:
            status, to = int(request.query.get("status", 302)), request.query["to"]
            return web.Response(status=status, headers={"Location": to})
        if request.path == "/flood":
            return web.Response(body=bytes(4 * 1024 * 1024), headers={"Cache-Control": "no-store"})
        if request.path == "/missing":
            raise web.HTTPNotFound
        if request.path == "/busy":
            return web.Response(status=429, headers={"Retry-After": "30"})
        if request.path == "/file":
            return web.Response(body=b"x", headers={"Content-Disposition": "attachment; filename=a.bin"})
        if request.path == "/round":
            raise web.HTTPFound("/round")
        text = site.pages.get(request.path, "<p id=ready>ready</p>")
        found = web.Response(text=text, content_type="text/html")
        found.set_cookie("seen", "yes")
        return found

    app = web.Application()
    app.router.add_get("/{rest:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield replace(site, port=runner.addresses[0][1])
    finally:
        await runner.cleanup()


@asynccontextmanager
async def browsing(site: Site, **changes: Any) -> AsyncGenerator[PlaywrightBrowser]:
    browsers = PlaywrightBrowsers(Guard(frozenset({site.host})), binary=ensure_chromium(), **changes)
    async with browsers.opened("test") as browser:
        yield browser


async def code_of(work: Awaitable[Rendered]) -> str:
    with pytest.raises(WellspringError) as caught:
        await work
    return caught.value.code
