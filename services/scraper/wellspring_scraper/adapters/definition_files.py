"""Definitions from files: those that are shipped, and the operator's own, which come first."""

from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import structlog

from wellspring_common.errors import Permanent

from ..sites.definition import Definition
from ..sites.loader import DefinitionError, load_definition

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Kept:
    stamp: tuple[int, int]
    definition: Definition | None


class DefinitionFiles:
    """Finds definitions by id and notices when the operator's files change.

    A file that is broken is logged, and the definition that it held before stays in use. A shipped one is
    read when it is first asked for: all of them, and the JSONPath that some need, take 3 MB.
    """

    def __init__(self, own: Path | None = None) -> None:
        self._own = own
        self._shipped: dict[str, Definition] = {}
        self._names = shipped_names()
        self._kept: dict[Path, _Kept] = {}

    def find(self, definition_id: str) -> Definition:
        """Return a definition. Raises `Permanent` with `unknown_definition`."""
        own = self.own().get(definition_id)
        if own is not None:
            return own
        if definition_id not in self._names:
            raise Permanent(f"There is no site definition {definition_id!r}.", code="unknown_definition")
        return self._one_shipped(definition_id)

    def all(self) -> dict[str, Definition]:
        """Return every definition by its id."""
        return {**{name: self._one_shipped(name) for name in self._names}, **self.own()}

    def names(self) -> frozenset[str]:
        """Return the ids of all definitions."""
        return frozenset(self._names) | frozenset(self.own())

    def _one_shipped(self, name: str) -> Definition:
        found = self._shipped.get(name)
        if found is None:
            found = self._shipped[name] = shipped_definition(name)
        return found

    def own(self) -> dict[str, Definition]:
        """Return the operator's definitions by their ids."""
        self._look_again()
        own = [kept.definition for kept in self._kept.values() if kept.definition is not None]
        return {one.id: one for one in own}

    def _look_again(self) -> None:
        files = self._files()
        for path in [path for path in self._kept if path not in files]:
            del self._kept[path]
        for path, stamp in files.items():
            before = self._kept.get(path)
            if before is None or before.stamp != stamp:
                kept = _read(path) or (before.definition if before is not None else None)
                self._kept[path] = _Kept(stamp, kept)

    def _files(self) -> dict[Path, tuple[int, int]]:
        if self._own is None:
            return {}
        found = {}
        try:
            for path in sorted(self._own.iterdir()):
                if path.suffix in {".yaml", ".yml"}:
                    status = path.stat()
                    found[path] = (status.st_mtime_ns, status.st_size)
        except OSError as error:
            log.warning("definitions.unreadable", folder=str(self._own), reason=error.strerror)
        return found


def shipped_names() -> tuple[str, ...]:
    """Return the ids of the definitions that come with the scraper: their files are named so."""
    return tuple(sorted(one.name[:-5] for one in _folder().iterdir() if one.name.endswith(".yaml")))


def shipped_definition(name: str) -> Definition:
    """Return a definition that comes with the scraper."""
    file = f"{name}.yaml"
    return load_definition((_folder() / file).read_text(encoding="utf-8"), file)


def shipped_definitions() -> tuple[Definition, ...]:
    """Return all definitions that come with the scraper."""
    return tuple(shipped_definition(name) for name in shipped_names())


def _folder() -> Traversable:
    return resources.files("wellspring_scraper.sites") / "definitions"


def _read(path: Path) -> Definition | None:
    try:
        return load_definition(path.read_text(encoding="utf-8"), str(path))
    except DefinitionError as error:
        log.error("definition.refused", file=str(path), mistakes=[str(one) for one in error.mistakes])
    except (OSError, UnicodeDecodeError) as error:
        log.error("definition.unreadable", file=str(path), reason=str(error))
    return None
