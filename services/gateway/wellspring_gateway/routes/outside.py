"""What the answers for players elsewhere have in common: who asks, from where, and what they hold already."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from fastapi import Request

from ..domain.access import device_token
from ..domain.entries import Origin
from ..domain.stremio import PREFIX, TYPES
from ..door import door_of
from .view import base_url


def origin_of(request: Request) -> Origin:
    """Return where this client sees us, and the token of its device."""
    return Origin(base_url(request), device_token(request.url.path))


def held(*parts: object) -> str:
    """Return an ETag for an answer that is the same wherever these are."""
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def life(etag: str, changed_at: datetime | None) -> dict[str, str]:
    """Return the headers of an answer that is asked for again and again."""
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if changed_at is not None:
        headers["Last-Modified"] = format_datetime(changed_at.astimezone(UTC), usegmt=True)
    return headers


def is_held(request: Request, etag: str) -> bool:
    """Return whether a client has what it asks for. Its date says nothing: what is deleted changes none."""
    given = request.headers.get("if-none-match")
    if given is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


async def elsewhere(request: Request, title: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ways to a title in other programs. Where only members watch, these need a device's token."""
    where = base_url(request).partition("://")[2]
    return {
        "members_only": await door_of(request).accounts.viewing.members_only(),
        "stremio": f"stremio:///detail/{TYPES[title['kind']]}/{PREFIX}{title['id']}",
        "install": f"stremio://{where}/stremio/manifest.json",
    }
