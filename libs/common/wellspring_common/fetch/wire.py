"""Reading from an open response: bounded, and no more than was asked for."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from yarl import URL

from wellspring_common.errors import WellspringError

from .body import BoundedBody

if TYPE_CHECKING:
    import aiohttp

FIRST_BYTES = 512
_ERROR_PAGE_BYTES = 64 * 1024
ERROR_START_BYTES = 4096


def cookie_header(jar: "aiohttp.CookieJar | None", url: URL) -> dict[str, str]:
    """Return the `Cookie` header that a jar holds for a URL."""
    if jar is None:
        return {}
    kept = jar.filter_cookies(url)
    return {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in kept.items())} if kept else {}


def headers_of(response: "aiohttp.ClientResponse | None") -> dict[str, str]:
    """Return the headers with lower-case names."""
    return {} if response is None else {name.lower(): text for name, text in response.headers.items()}


async def read_body(response: "aiohttp.ClientResponse", max_bytes: int, *, cut: bool = False) -> bytes:
    """Return the whole body, decompressed, or with `cut` its beginning.

    An error page that is too large counts as empty.
    """
    failed = response.status >= 400  # noqa: PLR2004  (an HTTP status)
    cap = min(max_bytes, _ERROR_PAGE_BYTES) if failed else max_bytes
    try:
        body = BoundedBody(response.headers.get("Content-Encoding", ""), cap, cut=cut)
        async for chunk in response.content.iter_any():
            body.feed(chunk)
            if body.full:
                response.close()  # it may go on for ever
                break
    except WellspringError:
        if failed:
            return b""
        raise
    return body.finish()


async def read_start(response: "aiohttp.ClientResponse") -> bytes:
    """Return the first bytes, and more of an error page, which says who wrote it."""
    wanted = FIRST_BYTES if response.status < 400 else ERROR_START_BYTES  # noqa: PLR2004  (an HTTP status)
    try:
        start = await response.content.readexactly(wanted)
    except asyncio.IncompleteReadError as error:
        return error.partial
    if not response.content.at_eof():
        # the server may not know ranges and would send the whole film
        response.close()
    return start


async def drain(response: "aiohttp.ClientResponse") -> None:
    """Read what little a redirect carries, so that its connection can be used again."""
    if (response.content_length or 0) <= ERROR_START_BYTES:
        await response.content.read(ERROR_START_BYTES)


def serves_ranges(method: str, status: int, headers: Mapping[str, str]) -> bool:
    """Return whether parts of the file can be had. An answer to a ranged request outweighs any promise."""
    if method == "HEAD":
        return headers.get("accept-ranges", "").strip().lower() == "bytes"
    return status == 206  # noqa: PLR2004  (an HTTP status)


def whole_size(status: int, headers: Mapping[str, str]) -> int | None:
    """Return the size of the whole file, where the server told."""
    text = headers.get("content-length", "")
    if status == 206:  # noqa: PLR2004  (an HTTP status)
        text = headers.get("content-range", "").rpartition("/")[2]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None  # noqa: PLR2004  (fits 63 bits)
