"""Questions to the scraper over the bus."""

import json
from typing import Any, Protocol

from wellspring_common.errors import DependencyDown
from wellspring_common.events.permissions import ASK_SCRAPER

CHECK_PATIENCE_S = 5.0
TRY_PATIENCE_S = 35.0
"""A try reads pages of the site, one after the other."""


class Asks(Protocol):
    """Whoever can carry a question."""

    async def ask(self, subject: str, question: bytes, *, patience_s: float) -> bytes:
        """Return somebody's answer. Raises `DependencyDown`."""
        ...


class ScraperQuestions:
    """Asks the scraper, which alone knows what a definition means."""

    def __init__(self, bus: Asks) -> None:
        self._bus = bus

    async def check(self, text: str) -> dict[str, Any]:
        """Return whether a definition is right: `ok`, `mistakes`, `id`, `detail`. Raises `DependencyDown`."""
        answer = _object(await self._ask("check", {"text": text}, CHECK_PATIENCE_S))
        return {
            "ok": answer.get("ok") is True,
            "id": answer.get("id"),
            "detail": answer.get("detail"),
            "mistakes": _objects(answer.get("mistakes")),
        }

    async def attempt(self, *, definition: str, text: str | None, url: str) -> dict[str, Any]:
        """Return what reading a URL with a definition does, with its `steps`. Raises `DependencyDown`."""
        question = {"definition": definition, "url": url}
        if text:
            question["text"] = text
        answer = _object(await self._ask("try", question, TRY_PATIENCE_S))
        return {**answer, **{name: _objects(answer.get(name)) for name in ("steps", "mistakes")}}

    async def shipped(self) -> list[dict[str, Any]]:
        """Return the definitions that the scraper has. Raises `DependencyDown`."""
        answer = _object(await self._ask("list", {}, CHECK_PATIENCE_S))
        return _objects(answer.get("definitions"))

    async def _ask(self, what: str, question: dict[str, Any], patience_s: float) -> bytes:
        subject = f"{ASK_SCRAPER}.{what}"
        return await self._bus.ask(subject, json.dumps(question).encode(), patience_s=patience_s)


def _object(answer: bytes) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise DependencyDown("The scraper answered something that is no answer.", code="bad_answer")
    return found


def _objects(found: object) -> list[dict[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
