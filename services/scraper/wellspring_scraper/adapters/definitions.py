"""All definitions that there are: shipped ones, the operator's files over them, stored ones over both."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog
from pydantic import BaseModel, ConfigDict

from wellspring_common.bus.port import Bus
from wellspring_common.copy_watch import CopyWatch, Source
from wellspring_common.events.config import DefinitionsChanged

from ..sites.definition import Definition
from ..sites.loader import DefinitionError, Mistake, load_definition
from .definition_files import DefinitionFiles

SHIPPED = "shipped"
FOLDER = "folder"
STORED = "stored"

log = structlog.get_logger(__name__)


class DefinitionsCopy(BaseModel):
    """What travels through the bucket: the texts by id, and which change they belong to."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    revision: int
    definitions: Mapping[str, str]


class StoredDefinitions(CopyWatch[DefinitionsCopy]):
    """The definitions that operators stored. Of a broken one the good text from before stays in use."""

    kind = DefinitionsCopy
    change = DefinitionsChanged
    key = "stored"
    noun = "definitions"
    file = "definitions.json"

    def __init__(
        self,
        bus: Bus,
        source: Source,
        *,
        keep_in: Path | None,
        on_change: Callable[[Iterable[str]], None] = lambda _: None,
    ) -> None:
        """Follow what is stored. `on_change` hears the ids that there are from now on."""
        self.current: dict[str, Definition] = {}
        self._on_change = on_change
        at_first = DefinitionsCopy(revision=0, definitions={})
        super().__init__(bus, source, keep_in=keep_in, at_first=at_first)

    def _settled(self, fresh: DefinitionsCopy, before: DefinitionsCopy) -> DefinitionsCopy:
        texts: dict[str, str] = {}
        read: dict[str, Definition] = {}
        for name, text in fresh.definitions.items():
            known = self.current.get(name)
            if known is not None and before.definitions.get(name) == text:
                texts[name], read[name] = text, known
                continue
            try:
                read[name] = _loaded(text, name)
                texts[name] = text
            except DefinitionError as error:
                log.error("definition.refused", id=name, mistakes=[str(one) for one in error.mistakes])
                if known is not None:
                    texts[name], read[name] = before.definitions[name], known
        self.current = read
        self._on_change(read)
        return DefinitionsCopy(revision=fresh.revision, definitions=texts)


class Stored(Protocol):
    """Definitions that operators stored, by their ids."""

    @property
    def current(self) -> Mapping[str, Definition]:
        """Return those that are in use."""
        ...


class NothingStored:
    """Where nobody can store any."""

    current: Mapping[str, Definition] = {}


@dataclass(frozen=True)
class Definitions:
    """Finds definitions by id, whoever wrote them."""

    files: DefinitionFiles
    stored: Stored

    def find(self, definition_id: str) -> Definition:
        """Return a definition. Raises `Permanent` with `unknown_definition`."""
        return self.stored.current.get(definition_id) or self.files.find(definition_id)

    def all(self) -> dict[str, Definition]:
        """Return every definition by its id."""
        return {**self.files.all(), **self.stored.current}

    def names(self) -> frozenset[str]:
        """Return the ids of all definitions."""
        return self.files.names() | frozenset(self.stored.current)

    def origin(self, definition_id: str) -> str:
        """Return where a definition comes from."""
        if definition_id in self.stored.current:
            return STORED
        return FOLDER if definition_id in self.files.own() else SHIPPED


def _loaded(text: str, name: str) -> Definition:
    found = load_definition(text, f"{name} ({STORED})")
    if found.id != name:
        raise DefinitionError((Mistake(f"{name} ({STORED})", 1, "id", f"expected {name!r}"),))
    return found
