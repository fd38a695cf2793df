"""What an answer of a platform says, whichever of its APIs it came from."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from wellspring_common.fetch.answers import retry_after

RAW_KEPT = 2000
"""Characters of a refusal that are kept, so that its rule can be tightened after the first live hit."""

_TAGS = re.compile(r"<[^>]*>|\s+")


@dataclass(frozen=True)
class Answer:
    """A whole answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def fine(self) -> bool:
        """Return whether the request was carried out."""
        return 200 <= self.status < 300  # noqa: PLR2004  (the range of successes)

    @cached_property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode(errors="replace")

    @cached_property
    def json(self) -> Any:
        """Return what the body holds, or nothing where it is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def object(self) -> dict[str, Any]:
        """Return the JSON object in the body, empty where there is none."""
        return object_in(self.json)

    @property
    def raw(self) -> str:
        """Return as much of the body as is kept."""
        return self.text[:RAW_KEPT]

    @property
    def said(self) -> str:
        """Return the platform's own words, short enough to show."""
        words = self.error.message or _TAGS.sub(" ", self.text).strip()
        return words[:300] or f"status {self.status}, without a word"

    @cached_property
    def error(self) -> "Told":
        """Return what the platform told of a failure."""
        return _told(self.json)

    def wait_s(self, now: datetime) -> float | None:
        """Return for how long the platform asked us to wait."""
        return retry_after(self.headers, now)


@dataclass(frozen=True)
class Told:
    """The parts of an error. Whatever an API does not have is empty."""

    code: str = ""
    """The stable word: `type` of the older APIs, `code` of the newer."""
    message: str = ""
    param: str = ""
    correlation_id: str = ""

    @property
    def words(self) -> str:
        """Return all that may say what it is about."""
        return f"{self.code.replace('_', ' ')} {self.message}".strip().lower()


def _told(body: Any) -> Told:
    if not isinstance(body, dict):
        return Told()
    if isinstance(body.get("detail"), str) or isinstance(
        body.get("title"), str
    ):  # RFC 7807, as PeerTube has it
        wrong = object_in(body.get("invalid-params"))
        return Told(
            code=str(body.get("code") or ""),
            message=str(body.get("detail") or body.get("title")),
            param=next(iter(wrong), ""),
        )
    error = body.get("error")
    if isinstance(error, str):  # RFC 6749, and the upload hosts
        return Told(code=error, message=str(body.get("error_description") or error))
    if not isinstance(error, dict):
        return Told()
    data = object_in(error.get("error_data")) or object_in(error.get("details"))
    return Told(
        code=str(error.get("type") or error.get("code") or ""),
        message=str(error.get("message") or ""),
        param=str(data.get("param") or data.get("field") or ""),
        correlation_id=str(error.get("correlation_id") or ""),
    )


def object_in(found: Any) -> dict[str, Any]:
    """Return what was found where it is an object, else an empty one."""
    return found if isinstance(found, dict) else {}


def text_in(found: Any) -> str | None:
    """Return what was found where it is a text that says something."""
    return found if isinstance(found, str) and found else None
