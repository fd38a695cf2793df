"""How answers are made and kept: pages, and replies to requests that may be repeated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..domain.language import Translator


@dataclass(frozen=True)
class Keep:
    """An answer to keep beside what it answers. `body` makes it of the document that was stored."""

    key: str
    request_hash: bytes
    status: int
    body: Callable[[Any], Mapping[str, Any]]


class Replies(Protocol):
    """Answers kept for requests that may be repeated."""

    async def kept(self, key: str, request_hash: bytes) -> tuple[int, dict[str, Any]] | None:
        """Return the answer given before. Raises `Permanent` when the key was used for another request."""
        ...

    async def keep(self, key: str, request_hash: bytes, status: int, body: Mapping[str, Any]) -> None:
        """Keep an answer, unless one is kept under this key already."""
        ...


class Renderer(Protocol):
    """Pages from templates."""

    def translator(self, language: str) -> Translator:
        """Return the words of a language."""
        ...

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        """Return a page as HTML."""
        ...
