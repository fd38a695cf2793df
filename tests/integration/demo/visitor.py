"""Walks the pages of the demo world as a browser would, knowing nothing but their HTML."""

import base64
import re
from dataclasses import dataclass
from html import unescape

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


async def fetch(http: aiohttp.ClientSession, url: str, method: str = "GET", **headers: str) -> Answer:
    """One request, no redirects followed, the URL sent as it is."""
    exact = URL(url, encoded=True)
    async with http.request(method, exact, headers=headers, allow_redirects=False) as response:
        return Answer(response.status, response.headers, await response.read())


def token_url(permanent: str) -> str:
    """The address that a permanent page's script goes to."""
    found = re.search(r"atob\(atob\('([^']+)'\)\)", permanent)
    assert found is not None
    return base64.b64decode(base64.b64decode(found[1])).decode()


def buttons(generated: str) -> dict[str, str]:
    """Every server of a generated page by key, after its script has run."""
    found = {}
    if fsl := re.search(r'id="fsl" href="([^"]+)"', generated):
        now = re.search(r"new Date\((\d+)\)", generated)
        assert now is not None
        found["fsl"] = f"{unescape(fsl[1])}1{int(now[1]) // 60_000 % 60}"
    if pixel := re.search(r'var pxl = "([^"]+)"', generated):
        found["pixel"] = pixel[1]
    if fast := re.search(r'href="([^"]+/\?id=[^"]+)"', generated):
        found["10gbps"] = unescape(fast[1])
    return found


async def walk(http: aiohttp.ClientSession, permanent_url: str) -> dict[str, str]:
    """From a permanent page to its servers' buttons."""
    permanent = await fetch(http, permanent_url)
    generated = await fetch(http, token_url(permanent.text))
    assert generated.status == 200
    return buttons(generated.text)


async def files(http: aiohttp.ClientSession, permanent_url: str) -> dict[str, str]:
    """From a permanent page to the address of the file on every server."""
    found = await walk(http, permanent_url)
    if "pixel" in found:
        found["pixel"] = found["pixel"].replace("/u/", "/api/file/") + "?download"
    if "10gbps" in found:
        found["10gbps"] = await real_link(http, found["10gbps"])
    return found


async def real_link(http: aiohttp.ClientSession, button: str) -> str:
    """Through the redirects of the 10gbps server to what its last page shows."""
    host, url = "/".join(button.split("/")[:3]), button
    while (answer := await fetch(http, url)).status == 302:
        url = host + answer.headers["Location"]
    shown = re.search(r'id="vd"[^>]* href="([^"]+)"', answer.text)
    assert shown is not None
    assert unescape(shown[1]) == URL(url).query["link"]
    assert "no resume" in answer.text
    return unescape(shown[1])
