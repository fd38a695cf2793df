"""The scraper's answers: `ask.scraper.list`, `.check` and `.try`, each question and answer a JSON object."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from wellspring_common.bus.port import Reply
from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.events.permissions import ASK_SCRAPER
from wellspring_common.fetch.guard import LONGEST_URL

from ..adapters.definitions import Definitions
from ..sites.definition import Definition
from ..sites.fixtures import differences
from ..sites.loader import LARGEST_FILE, DefinitionError, Mistake, load_definition
from .trying import Trial, View, wants_resolver

LARGEST_ANSWER = 400 * 1024
_PASTED = "definition.yaml"
_MAY_BE_LARGE = frozenset({"steps", "title", "list"})

Question = Mapping[str, Any]


@dataclass(frozen=True)
class Answers:
    """What the scraper says to the services that ask it. A refusal is an answer with a code."""

    definitions: Definitions
    trial: Trial
    default: Callable[[], str]
    """The id of the definition that is meant where none is named."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def replies(self) -> Mapping[str, Reply]:
        """Return the table of questions."""
        return {
            f"{ASK_SCRAPER}.list": _said(self.list_all),
            f"{ASK_SCRAPER}.check": _said(self.check),
            f"{ASK_SCRAPER}.try": _said(self.try_out),
        }

    async def list_all(self, _: Question) -> dict[str, Any]:
        """Return every definition with its origin and what it can do."""
        found = self.definitions.all()
        return {"ok": True, "definitions": [self._shown(found[name]) for name in sorted(found)]}

    async def check(self, question: Question) -> dict[str, Any]:
        """Return whether a text is a definition that does what its fixtures say, and each mistake in it."""
        try:
            found = _loaded(question)
        except DefinitionError as error:
            return {"ok": False, "id": None, "mistakes": [asdict(one) for one in error.mistakes]}
        mistakes = _of_fixtures(found, question)
        return {"ok": not mistakes, "id": found.id, "mistakes": [asdict(one) for one in mistakes]}

    async def try_out(self, question: Question) -> dict[str, Any]:
        """Return what a definition, by its id or as a text, makes of a URL. One at a time."""
        if self.turn.locked():
            return _refused("busy", "Another try is under way: ask again in half a minute.")
        async with self.turn:
            url = _text(question, "url", LONGEST_URL)
            try:
                definition = self._meant(question)
            except DefinitionError as error:
                return {
                    **_refused(error.code, error.message),
                    "mistakes": [asdict(one) for one in error.mistakes],
                }
            return await self.trial.run(definition, url, _view(question))

    def _meant(self, question: Question) -> Definition:
        if question.get("text"):
            return _loaded(question)
        return self.definitions.find(str(question.get("definition") or self.default()))

    def _shown(self, one: Definition) -> dict[str, Any]:
        lists = () if one.catalog is None else one.catalog.lists
        return {
            "id": one.id,
            "name": one.name,
            "description": one.description,
            "origin": self.definitions.origin(one.id),
            "resolves": one.resolve is not None or wants_resolver(one),
            "scopes": sorted(str(scope) for scope in lists),
            "browser": one.browser is not None,
            "links": list(one.links),
        }


def _view(question: Question) -> View | None:
    if not question.get("as"):
        return None
    return View(str(question["as"]), str(question.get("query") or ""))


def _of_fixtures(definition: Definition, question: Question) -> list[Mistake]:
    lines = str(question["text"]).splitlines()
    line = next((at for at, text in enumerate(lines, start=1) if text.startswith("fixtures:")), 1)
    return [
        Mistake(_file(question), line, f"fixtures.{ordinal}", said)
        for ordinal, fixture in enumerate(definition.fixtures)
        for said in differences(definition, fixture)
    ]


def _file(question: Question) -> str:
    return str(question.get("name") or _PASTED)


def _loaded(question: Question) -> Definition:
    return load_definition(_text(question, "text", LARGEST_FILE), _file(question))


def _said(answer: Callable[[Question], Awaitable[dict[str, Any]]]) -> Reply:
    """Return a reply that speaks JSON, whatever it was asked."""

    async def reply(payload: bytes) -> bytes:
        try:
            asked = json.loads(payload or b"{}")
            if not isinstance(asked, dict):
                raise Permanent("A question is a JSON object.", code="bad_question")
            said = await answer(asked)
        except (ValueError, RecursionError):
            said = _refused("bad_question", "A question is a JSON object.")
        except WellspringError as error:
            said = _refused(error.code, error.message)
        encoded = json.dumps(said).encode()
        if len(encoded) <= LARGEST_ANSWER:
            return encoded
        short = {name: value for name, value in said.items() if name not in _MAY_BE_LARGE}
        return json.dumps({**short, "too_large": True}).encode()

    return reply


def _text(question: Question, name: str, longest: int) -> str:
    found = question.get(name)
    if not isinstance(found, str) or not found.strip() or len(found) > longest:
        raise Permanent(f"{name!r} is to be a text of 1 to {longest} characters.", code="bad_question")
    return found


def _refused(code: str, detail: str) -> dict[str, Any]:
    return {"ok": False, "code": code, "detail": detail[:2000]}
