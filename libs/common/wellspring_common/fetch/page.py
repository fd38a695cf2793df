"""What is asked of the world and what comes back, as values."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from yarl import URL

from wellspring_common.errors import Permanent

PAGE_BYTES = 2 * 1024 * 1024

# Codecs such as punycode or idna take quadratic time: only what pages are really written in.
_CHARSETS = re.compile(
    r"^(?:utf-?8|us-ascii|ascii|iso-8859-\d{1,2}|latin-?1|windows-125\d|cp125\d|koi8-[ru]|shift[_-]jis"
    r"|euc-(?:jp|kr)|iso-2022-jp|gb2312|gbk|gb18030|big5(?:-hkscs)?|tis-620|utf-16(?:le|be)?)$"
)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_-]{2,20})", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """One request.

    `stop_at` ends a chain of redirects at the first URL it accepts, without fetching that. With `cut` a body
    longer than `max_bytes` is cut off there, not refused. `wait_s` is for whoever asks: so long has to pass
    first. The fetcher itself waits for nothing.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    json: Any = None
    follow: bool = True
    max_bytes: int = PAGE_BYTES
    cut: bool = False
    deadline_s: float | None = None
    stop_at: Callable[[str], bool] | None = None
    wait_s: float = 0.0


@dataclass(frozen=True)
class Page:
    """A response with its whole body, decompressed. `url` is where the redirects ended.

    Header names are lower case. `elapsed_ms` leaves out the time spent waiting for the host's turn.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    hops: tuple[str, ...] = ()
    elapsed_ms: int = 0

    @property
    def content_type(self) -> str:
        """Return the media type in lower case, without parameters."""
        return self.headers.get("content-type", "").split(";", 1)[0].strip().lower()

    def text(self) -> str:
        """Return the body as text: by byte order mark, header, `<meta>`, else UTF-8, never failing."""
        return self.body.decode(_charset(self), errors="replace")

    def json(self) -> Any:
        """Return the body as JSON. Raises `Permanent` with `garbage`."""
        try:
            return json.loads(self.text())
        except (ValueError, RecursionError):
            raise Permanent("The answer is not the JSON it should be.", code="garbage") from None


class Probe(NamedTuple):
    """What one bounded look at a file showed. `size` is the whole file's, where the server told.

    A tuple because one is made for each link of thousands.
    """

    url: str
    final_url: str
    status: int
    content_type: str = ""
    size: int | None = None
    first_bytes: bytes = b""
    accept_ranges: bool = False
    retry_after: float | None = None
    latency_ms: int = 0
    challenge: bool = False
    method: str = "GET"
    etag: str | None = None
    hops: tuple[str, ...] = ()
    sunset: datetime | None = None

    @property
    def final_host(self) -> str:
        """Return the host that answered in the end."""
        return URL(self.final_url).raw_host or ""


def _charset(page: Page) -> str:
    if page.body.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if page.body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    named = re.search(r"charset=[\"']?([A-Za-z0-9_-]{2,20})", page.headers.get("content-type", ""))
    if named is not None and _CHARSETS.match(named.group(1).lower()):
        return named.group(1)
    meta = _META_CHARSET.search(page.body, 0, 2048)
    if meta is not None:
        found = meta.group(1).decode("ascii").lower()
        if _CHARSETS.match(found) and not found.startswith("utf-16"):
            return found
    return "utf-8"
