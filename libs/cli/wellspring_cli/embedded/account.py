"""The unprivileged account that the embedded servers run as when the launcher is root."""

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from ..console import Failure

_CANDIDATES = ("nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """A user and group by number. Minus one means: the launcher's own."""

    uid: int = -1
    gid: int = -1

    @property
    def is_other(self) -> bool:
        """Return whether the servers run as somebody else than the launcher."""
        return self.uid >= 0

    def give(self, path: Path) -> None:
        """Make the account the owner of a file or folder. Does nothing for the launcher's own account."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)

    def make_folder(self, path: Path) -> None:
        """Make a folder that only the account may enter."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
        self.give(path)


def choose_account(existing: Path) -> Account:
    """Return who runs the servers: the owner of `existing` data if there is some, else a system account.

    Postgres refuses to run as root. Raises `Failure` where the machine has no account that fits.
    """
    if os.geteuid() != 0:
        return Account()
    if existing.exists():
        owner = existing.stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise Failure(
        "Postgres refuses to run as root, and this machine has no account `nobody` to run it as.",
        "Start Wellspring as an ordinary user instead.",
    )


def check_reachable(folder: Path, account: Account) -> None:
    """Raise `Failure` unless the account can walk down to the folder."""
    if not account.is_other:
        return
    for step in (folder, *folder.parents):
        mode = step.stat()
        if mode.st_mode & 0o001 or mode.st_uid == account.uid:
            continue
        raise Failure(
            f"{step} is closed to other accounts, and Postgres has to run as one of them under {folder}.",
            "Choose a data directory outside of it with --data-dir, or start Wellspring as an ordinary user.",
        )


def copy_program(source: Path, target: Path, account: Account) -> Path:
    """Return a copy of a program or its folder that the account can read, made once.

    The checkout and its virtual environment may be closed to that account.
    """
    if not account.is_other:
        return source
    if not target.exists():
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        if source.is_dir():
            shutil.copytree(source, draft, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        else:
            shutil.copy2(source, draft)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        draft.rename(target)
    return target
