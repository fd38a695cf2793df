"""A folder of `.strm` and NFO files, brought to what the gateway lists: only files of our own are touched."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from .console import Failure

MANIFEST = ".wellspring-strm"
"""Names the files that an export wrote, one a line."""
JOURNAL = ".wellspring-strm.writing"
"""The same of an export that has not ended: what it wrote is ours too, if it never does."""
DRAFT = ".wellspring-strm.draft"
LONGEST_NAME = 255
_OWN = frozenset({MANIFEST, JOURNAL, DRAFT})


@dataclass
class Counts:
    """What became of the files."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    foreign: list[str] = field(default_factory=list)
    """Files of somebody else that are in the way: they stay as they are."""


class StrmTree:
    """Writes one export. Every file is whole at every moment, and nothing is removed before the end."""

    def __init__(self, root: Path, *, dry_run: bool) -> None:
        self._root = root
        self._dry_run = dry_run
        self._ours = _lines(root / MANIFEST) | _lines(root / JOURNAL)
        self._kept: set[str] = set()
        self._folders: set[Path] = set()
        self.counts = Counts()

    @contextmanager
    def writing(self) -> Generator[None]:
        """Hold the folder for one export. Raises `Failure` where another one holds it."""
        if self._dry_run:
            yield
            return
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / JOURNAL).open("a", encoding="utf-8") as self._journal:
            try:
                fcntl.flock(self._journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Failure(
                    f"Another export writes into {self._root}.", "Wait until it has ended."
                ) from None
            yield

    def put(self, path: str, body: bytes) -> None:
        """Have a file hold this. Raises `Failure` for a path that leads elsewhere."""
        target = self._root / checked(path)
        self._kept.add(path)
        held = _held(target)
        if held == body:
            self.counts.unchanged += 1
            return
        if held is not None and path not in self._ours:
            self._kept.discard(path)
            self.counts.foreign.append(path)
            return
        if held is None:
            self.counts.added += 1
        else:
            self.counts.changed += 1
        if not self._dry_run:
            self._write(path, target, body)

    def _write(self, path: str, target: Path, body: bytes) -> None:
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.parent.resolve().is_relative_to(self._root.resolve()):
                raise Failure(
                    f"{target.parent} leads out of {self._root}.", "Remove the link, and try again."
                )
            self._folders.add(target.parent)
        if path not in self._ours:
            self._ours.add(path)
            self._journal.write(f"{path}\n")
            self._journal.flush()
        draft = self._root / DRAFT
        draft.write_bytes(body)
        draft.replace(target)

    def end(self) -> None:
        """Remove what is gone, and write down what is ours."""
        gone = sorted(self._ours - self._kept)
        self.counts.removed = sum(self._remove(self._root / checked(path)) for path in gone)
        if self._dry_run:
            return
        draft = self._root / DRAFT
        draft.write_text("".join(f"{path}\n" for path in sorted(self._ours & self._kept)), encoding="utf-8")
        draft.replace(self._root / MANIFEST)
        (self._root / JOURNAL).unlink()

    def _remove(self, target: Path) -> bool:
        if not target.is_file() and not target.is_symlink():
            return False
        if not self._dry_run:
            target.unlink()
            for folder in target.parents:
                if folder == self._root or any(folder.iterdir()):
                    break
                folder.rmdir()
        return True


def checked(path: str) -> PurePosixPath:
    """Return a path below the folder. Raises `Failure` for any other."""
    parts = path.split("/")
    odd = any(part in {"", ".", ".."} or "\\" in part or not part.isprintable() for part in parts)
    too_long = any(len(part.encode(errors="replace")) > LONGEST_NAME for part in parts)
    if odd or too_long or parts[0] in _OWN:
        raise Failure(f"The gateway names a file that no export has: {path[:100]!r}.")
    return PurePosixPath(path)


def _held(target: Path) -> bytes | None:
    """Return what a file holds, or nothing where there is none. A link or a folder is in the way."""
    if target.is_symlink():
        return bytes(target.readlink())
    if target.is_dir():
        return b""
    try:
        return target.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _lines(file: Path) -> set[str]:
    try:
        return set(file.read_text(encoding="utf-8").splitlines())
    except (FileNotFoundError, NotADirectoryError):
        return set()
