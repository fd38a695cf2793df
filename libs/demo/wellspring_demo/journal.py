"""What a world remembers across restarts: one JSON object a line in its state folder."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """An append-only file of small facts."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, entry: dict[str, Any]) -> None:
        """Add one fact."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every fact so far; a line that a crash cut short is passed over."""
        if not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue

    def rewrite(self, entries: list[dict[str, Any]]) -> None:
        """Keep only these facts."""
        fresh = self._path.with_suffix(".new")
        fresh.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
        fresh.replace(self._path)


def world_secret(path: Path) -> bytes:
    """The secret that this world signs with, made at its first start."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()
