"""The uploader's disk: files that are being written, and the folder of those that are whole."""

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Collection, Generator
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import UUID

from wellspring_common.errors import Permanent, Transient

from ..domain.downloads_ends import DiskFull
from ..domain.downloads_names import PARTS

BLOCK = 512 * 1024
"""So much is gathered before it is written: a thread for each piece of the network would cost more."""
_READ = 1024 * 1024
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

T = TypeVar("T")


class PartBusy(Transient):
    """Somebody else still writes this file: a process that sleeps, or one that was replaced."""

    code = "part_busy"


@contextlib.contextmanager
def disk_errors() -> Generator[None]:
    """Turn what the system says of a disk into our errors."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull("The disk of the media folder is full.") from error
        raise Transient(f"The media folder: {error.strerror}.", code="disk_error") from error


class PartFile:
    """A growing file. Only one process at a time has it open; what is beyond `size` is cut off."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._size = size
        self._waiting = bytearray()
        self._digest = hashlib.sha256()
        self._turn = threading.Lock()
        self._is_open = True

    @classmethod
    async def open(cls, path: Path, *, keep: int) -> Self:
        """Open a file with the first `keep` bytes that it has. Raises `PartBusy`, `DiskFull`, `Transient`."""
        with disk_errors():
            descriptor = await asyncio.to_thread(_open, path)
            try:
                made = cls(descriptor, os.fstat(descriptor).st_size)
                await made.cut(keep)
            except BaseException:
                os.close(descriptor)
                raise
        return made

    @property
    def size(self) -> int:
        """Return how many bytes there are, those included that are not written yet."""
        return self._size + len(self._waiting)

    async def write(self, piece: bytes) -> None:
        """Add bytes."""
        self._waiting += piece
        if len(self._waiting) >= BLOCK:
            await self._write_out()

    async def sync(self) -> int:
        """Bring everything to the disk, and return how many bytes are there."""
        await self._write_out()
        await self._apart(lambda: os.fdatasync(self._descriptor))
        return self._size

    async def read(self, at: int, length: int) -> bytes:
        """Return bytes that are there."""
        await self._write_out()
        return await self._apart(lambda: os.pread(self._descriptor, length, at))

    async def cut(self, size: int) -> None:
        """Keep only the beginning: no more than there is, or the rest would be zeros."""
        if size > self._size:
            await self._write_out()
        self._waiting.clear()
        self._size = kept = min(size, self._size)
        await self._apart(lambda: self._cut(kept))

    def hexdigest(self) -> str:
        """Return the SHA-256 of all that was written out."""
        return self._digest.hexdigest()

    def close(self) -> None:
        """Let go of the file, once whatever is being written is."""
        with self._turn:
            if self._is_open:
                self._is_open = False
                os.close(self._descriptor)

    async def _write_out(self) -> None:
        if not self._waiting:
            return
        block, at = bytes(self._waiting), self._size
        self._waiting.clear()
        self._size += len(block)
        await self._apart(lambda: self._write(block, at))

    def _write(self, block: bytes, at: int) -> None:
        view = memoryview(block)
        while view:
            written = os.pwrite(self._descriptor, view, at)
            view, at = view[written:], at + written
        self._digest.update(block)

    def _cut(self, size: int) -> None:
        os.ftruncate(self._descriptor, size)
        self._digest = hashlib.sha256()
        at = 0
        while block := os.pread(self._descriptor, _READ, at):
            self._digest.update(block)
            at += len(block)

    async def _apart(self, work: Callable[[], T]) -> T:
        with disk_errors():
            return await asyncio.to_thread(self._in_turn, work)

    def _in_turn(self, work: Callable[[], T]) -> T:
        with self._turn:
            if not self._is_open:
                raise OSError(errno.EBADF, "the file is closed already")
            return work()


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise PartBusy("Another process still writes this file.") from error
    return descriptor


class MediaFolder:
    """The folder of films. Paths in it are relative, with slashes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def make(self) -> None:
        """Make sure that it is there and can be written. Raises `Transient`."""
        with disk_errors():
            (self.root / PARTS).mkdir(parents=True, exist_ok=True)

    def free(self) -> int:
        """Return how many bytes the disk has left."""
        with disk_errors():
            return shutil.disk_usage(self.root).free

    def part(self, download_id: UUID, kind: str = "part") -> Path:
        """Return where a download writes."""
        return self.root / PARTS / f"{download_id}.{kind}"

    def path(self, relative: str) -> Path:
        """Return a file's place. Raises `Permanent` with `outside` for one that is not in the folder."""
        root = self.root.resolve()
        found = (root / relative).resolve()
        if not relative or "\0" in relative or not found.is_relative_to(root) or found == root:
            raise Permanent(f"{relative!r} is not below the media folder.", code="outside")
        if found.relative_to(root).parts[0] == PARTS:
            raise Permanent("Files that are not whole are nobody's film.", code="outside")
        return found

    async def adopt(self, part: Path, relative: str) -> None:
        """Give a whole file its name, so that a power cut leaves either the part or the film."""
        with disk_errors():
            await asyncio.to_thread(self._adopt, part, self.path(relative))

    def _adopt(self, part: Path, final: Path) -> None:
        final.parent.mkdir(parents=True, exist_ok=True)
        _sync(part)
        part.replace(final)
        for folder in (final.parent, final.parent.parent, part.parent):
            _sync(folder)

    async def forget(self, download_id: UUID) -> None:
        """Delete what a download has written."""
        with disk_errors():
            await asyncio.to_thread(self._forget, download_id)

    def _forget(self, download_id: UUID) -> None:
        for left in (self.root / PARTS).glob(f"{download_id}.*"):
            left.unlink(missing_ok=True)

    def leftovers(self, live: Collection[UUID]) -> list[Path]:
        """Return parts that no download goes on with."""
        known = {str(one) for one in live}
        folder = self.root / PARTS
        return [
            left for left in folder.iterdir() if left.is_file() and left.name.partition(".")[0] not in known
        ]

    async def delete(self, relative: str) -> None:
        """Delete a film, and its folder where that was the last one."""
        path = self.path(relative)
        with disk_errors():
            await asyncio.to_thread(path.unlink, missing_ok=True)
        with contextlib.suppress(OSError):
            path.parent.rmdir()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def sha256_of(path: Path, *, told: Callable[[int], Any] = lambda _: None) -> bytes:
    """Return the SHA-256 of a file, read in a thread."""
    with disk_errors():
        return await asyncio.to_thread(_sha256, path, told)


def _sha256(path: Path, told: Callable[[int], Any]) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ):
            digest.update(block)
            told(len(block))
    return digest.digest()
