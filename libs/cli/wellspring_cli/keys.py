"""Passwords and tokens: made once, kept in 0600 files, never printed by accident."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .console import Failure

TOKEN_BYTES = 24


@dataclass(frozen=True)
class Keys:
    """The secrets of one installation, by name."""

    folder: Path

    def path(self, name: str) -> Path:
        """Return the file that holds a secret, making the secret on first use."""
        path = self.folder / name
        if not path.exists():
            _write_private(path, secrets.token_urlsafe(TOKEN_BYTES))
        return path

    def read(self, name: str) -> str:
        """Return a secret, making it on first use."""
        return self.path(name).read_text(encoding="utf-8").strip()


def _write_private(path: Path, text: str) -> None:
    """Write a file that is complete or absent, and nobody else's to read."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def given_secrets(folder: Path, names: Mapping[str, str]) -> dict[str, str]:
    """Return secrets that the operator made, by the keys of `names`. Raises `Failure` for what is missing."""
    found = {}
    for key, name in names.items():
        try:
            found[key] = (folder / name).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Failure(
                f"The secret {folder / name} cannot be read: {error.strerror}.",
                "Make the secrets with deploy/secrets.sh, and mount all of them here.",
            ) from error
        if not found[key]:
            raise Failure(f"The secret {folder / name} is empty.", "Remove it and run deploy/secrets.sh.")
    return found
