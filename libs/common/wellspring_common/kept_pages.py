"""Pages that a definition could not read: how they are kept with the broker, and how they come back."""

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

import structlog

from .bus.port import Archive
from .events.topology import PAGE_KEPT, PAGES

LARGEST = 400 * 1024
"""Bytes of a page as it is kept, compressed."""
LARGEST_OPEN = 4 * 1024 * 1024
_CUT = 256 * 1024
_LONGEST = 2000
_TOLD = ("content-type", "location", "refresh", "last-modified", "server")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class KeptPage:
    """One page as it came. `at` is when, `step` which step of the definition it was for."""

    definition: str
    url: str
    at: datetime
    code: str
    step: str
    body: bytes
    content_type: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return what names the content."""
        return sha256(self.body).hexdigest()[:16]

    @property
    def subject(self) -> str:
        """Return the relative subject it is kept under."""
        return f"{PAGE_KEPT}.{self.definition}.{self.id}"


def packed(page: KeptPage) -> tuple[bytes, dict[str, str]]:
    """Return payload and headers of a page. One that stays too large is cut off."""
    payload = gzip.compress(page.body, 6)
    if len(payload) > LARGEST:
        payload = gzip.compress(page.body[:_CUT], 6)
    told = {name: page.headers[name][:300] for name in _TOLD if name in page.headers}
    return payload, {
        "url": quote(page.url, safe="%/:=&?~#+!$,;'@()*[]")[:_LONGEST],
        "at": page.at.isoformat(),
        "code": page.code,
        "step": quote(page.step, safe=" ")[:100],
        "status": str(page.status),
        "headers": json.dumps(told),
    }


def unpacked(subject: str, payload: bytes, headers: Mapping[str, str]) -> KeptPage | None:
    """Return the page of a message, nothing where it is none that this version knows."""
    try:
        told = {str(name): str(text) for name, text in json.loads(headers["headers"]).items()}
        return KeptPage(
            definition=subject.split(".")[-2],
            url=headers["url"],
            at=datetime.fromisoformat(headers["at"]),
            code=headers["code"],
            step=headers["step"],
            body=zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(payload, LARGEST_OPEN),
            content_type=told.get("content-type", "").split(";", 1)[0].strip().lower(),
            status=int(headers["status"]),
            headers=told,
        )
    except (KeyError, ValueError, IndexError, AttributeError, zlib.error) as error:
        log.warning("page.unreadable", subject=subject, reason=str(error))
        return None


async def kept_pages(archive: Archive, definition: str | None = None, *, most: int = 200) -> list[KeptPage]:
    """Return the newest pages that are kept, oldest first: of one definition, or of all.

    Raises `DependencyDown`.
    """
    found = await archive.read_back(PAGES, f"{PAGE_KEPT}.{definition or '*'}.*", most=most)
    pages = (unpacked(subject, payload, headers) for subject, payload, headers in found)
    return [page for page in pages if page is not None]
