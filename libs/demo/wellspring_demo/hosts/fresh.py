"""Answers with validators, and 304 to whoever has the same already."""

import email.utils
import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime

from aiohttp import web


@dataclass(frozen=True)
class Validators:
    """When what is answered changed last: a day, or Unix seconds."""

    changed: date | float

    @property
    def unix(self) -> int:
        """Whole seconds, as a header has them."""
        if isinstance(self.changed, date):
            return int(
                datetime(self.changed.year, self.changed.month, self.changed.day, tzinfo=UTC).timestamp()
            )
        return int(self.changed)


def fresh_answer(
    request: web.Request, body: bytes, content_type: str, validators: Validators
) -> web.Response:
    """The body, or 304. An `If-None-Match` is the last word where there is one."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"ETag": etag, "Last-Modified": email.utils.formatdate(validators.unix, usegmt=True)}
    if _known(request, etag, validators.unix):
        return web.Response(status=304, headers=headers)
    charset = "utf-8" if content_type.startswith("text/") else None
    return web.Response(body=body, content_type=content_type, charset=charset, headers=headers)


def _known(request: web.Request, etag: str, changed: int) -> bool:
    tags = request.headers.get("If-None-Match")
    if tags is not None:
        return tags.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    since = request.if_modified_since
    return since is not None and changed <= since.timestamp()
