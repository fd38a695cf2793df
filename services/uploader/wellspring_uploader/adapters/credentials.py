"""Credentials at rest: encrypted with a key that only this service has, and bound to their target."""

import base64
import binascii
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from wellspring_common.errors import Permanent
from wellspring_common.settings import SettingsError

from ..domain.refusals import CredentialsRefused
from ..targets.settings import CredentialSettings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet, MultiFernet

KEY_FILE = "credentials.key"
_KEY_BYTES = 32

log = structlog.get_logger(__name__)


class NoKeyError(Permanent):
    """There is nothing to encrypt with."""

    code = "no_credentials_key"


class Seal:
    """Encrypts with the first of its keys, and decrypts with any."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    @cached_property
    def _fernets(self) -> "list[Fernet]":
        from cryptography.fernet import Fernet  # noqa: PLC0415  (a process without targets does without it)

        if not self._keys:
            raise NoKeyError(
                "Credentials cannot be stored: set WELLSPRING_UPLOADER_CREDENTIALS_KEY, or a folder for data."
            )
        return [Fernet(key) for key in self._keys]

    @cached_property
    def _all(self) -> "MultiFernet":
        from cryptography.fernet import MultiFernet  # noqa: PLC0415

        return MultiFernet(self._fernets)

    def close(self, target_id: int, secrets: Mapping[str, str]) -> bytes:
        """Return credentials as they are stored. Raises `NoKeyError`."""
        told = {"target": target_id, "secrets": dict(secrets)}
        return self._fernets[0].encrypt(json.dumps(told).encode())

    def open(self, target_id: int, sealed: bytes) -> dict[str, str]:
        """Return stored credentials. Raises `CredentialsRefused` for those of another key, or target."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415

        try:
            told = json.loads(self._all.decrypt(sealed))
        except InvalidToken:
            raise CredentialsRefused(
                "The stored credentials were encrypted with another key: enter them again, or bring back the "
                "key in WELLSPRING_UPLOADER_CREDENTIALS_KEY.",
                code="credentials_unreadable",
            ) from None
        if told["target"] != target_id:
            raise CredentialsRefused(
                "The stored credentials belong to another target.", code="credentials_unreadable"
            )
        return {str(name): str(value) for name, value in told["secrets"].items()}

    def is_current(self, sealed: bytes) -> bool:
        """Return whether the first key encrypted this."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415

        try:
            self._fernets[0].decrypt(sealed)
        except InvalidToken:
            return False
        return True


def load_seal(settings: CredentialSettings, data_dir: Path | None) -> Seal:
    """Return the seal of this installation, whose key is made once where none is given.

    Raises `SettingsError`.
    """
    if settings.credentials_key is not None:
        given = [part.strip() for part in settings.credentials_key.get_secret_value().split(",")]
        return Seal([_key(part, "WELLSPRING_UPLOADER_CREDENTIALS_KEY") for part in given if part])
    if data_dir is None:
        return Seal(())
    path = data_dir / KEY_FILE
    _make_once(path)
    try:
        return Seal([_key(path.read_text(encoding="ascii").strip(), str(path))])
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The key in {path} cannot be read: {error}") from error


def _make_once(path: Path) -> None:
    """Write a new key that this service alone can read, unless there is one: whole, or not at all."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(base64.urlsafe_b64encode(os.urandom(_KEY_BYTES)))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was quicker: its key counts
            path.hardlink_to(draft)
        draft.unlink()
    except OSError as error:
        raise SettingsError(f"No key for credentials can be kept in {path}: {error.strerror}") from error
    log.warning(
        "credentials.key_made",
        path=str(path),
        advice="Back this file up: without it stored credentials have to be entered again.",
    )


def _key(text: str, where: str) -> bytes:
    try:
        found = base64.urlsafe_b64decode(text)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != _KEY_BYTES:
        raise SettingsError(f"{where} is to hold keys of 32 bytes in base64: `openssl rand -base64 32`.")
    return base64.urlsafe_b64encode(found)
