"""Definitions from files: those that are shipped, and the operator's own, which come first."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
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

    A file that is broken is logged, and the definition that it held before stays in use.
    """

    def __init__(self, own: Path | None = None) -> None:
        self._own = own
        self._shipped = {one.id: one for one in shipped_definitions()}
        self._kept: dict[Path, _Kept] = {}

    def find(self, definition_id: str) -> Definition:
        """Return a definition. Raises `Permanent` with `unknown_definition`."""
        return found_in(self.all(), definition_id)

    def all(self) -> dict[str, Definition]:
        """Return every definition by its id."""
        return {**self._shipped, **self.own()}

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


def found_in(known: Mapping[str, Definition], definition_id: str) -> Definition:
    """Return one of the known definitions. Raises `Permanent` with `unknown_definition`."""
    found = known.get(definition_id)
    if found is None:
        raise Permanent(f"There is no site definition {definition_id!r}.", code="unknown_definition")
    return found


def shipped_definitions() -> tuple[Definition, ...]:
    """Return the definitions that come with the scraper."""
    folder = resources.files("wellspring_scraper.sites") / "definitions"
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name)
    return tuple(load_definition(one.read_text(encoding="utf-8"), one.name) for one in files)


def _read(path: Path) -> Definition | None:
    try:
        return load_definition(path.read_text(encoding="utf-8"), str(path))
    except DefinitionError as error:
        log.error("definition.refused", file=str(path), mistakes=[str(one) for one in error.mistakes])
    except (OSError, UnicodeDecodeError) as error:
        log.error("definition.unreadable", file=str(path), reason=str(error))
    return None
