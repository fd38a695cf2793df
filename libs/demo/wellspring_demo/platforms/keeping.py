"""Keeps the records of a platform across restarts: the last word about each is in a journal."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..journal import Journal

Made = Callable[..., Any]


class Shelf:
    """Records of some kinds by their ids, in the order in which they came."""

    def __init__(self, folder: Path, kinds: dict[str, Made]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._journal = Journal(folder / "journal.jsonl")
        self._kept: dict[str, dict[str, Any]] = {kind: {} for kind in kinds}
        self.facts: dict[str, Any] = {}
        """Single facts by name."""
        for entry in self._journal.entries():
            for kind, told in entry.items():
                if kind in kinds:
                    key = told.pop("_key")
                    self._kept[kind][key] = kinds[kind](**told)
                else:
                    self.facts[kind] = told
        self._journal.rewrite(
            [{name: told} for name, told in self.facts.items()]
            + [_entry(kind, key, one) for kind, found in self._kept.items() for key, one in found.items()]
        )

    def keep(self, kind: str, key: str, record: Any) -> None:
        """Write a record down, in place of what was there."""
        self._kept[kind][key] = record
        self._journal.append(_entry(kind, key, record))

    def note(self, name: str, fact: Any) -> None:
        """Write a single fact down."""
        self.facts[name] = fact
        self._journal.append({name: fact})

    def find(self, kind: str, key: str) -> Any:
        """The record of this key, None when there is none."""
        return self._kept[kind].get(key)

    def all(self, kind: str) -> list[Any]:
        """Every record of a kind, oldest first."""
        return list(self._kept[kind].values())

    def clear(self) -> None:
        """Forget every record; single facts stay."""
        for found in self._kept.values():
            found.clear()
        self._journal.rewrite([{name: told} for name, told in self.facts.items()])


def _entry(kind: str, key: str, record: Any) -> dict[str, Any]:
    return {kind: {**asdict(record), "_key": key}}
