"""A zip that is written as it is sent: no file, no seeking, and little kept of what is gone already."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .strm import File

MOST = 0xFFFF
FAR = 0xFFFFFFFF
CHUNK = 64 * 1024
_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_KEPT = struct.Struct("<HLL")
_END = struct.Struct("<4sHHHHLLH")
_END64 = struct.Struct("<4sQHHLLQQQQ")
_LOCATOR = struct.Struct("<4sLQL")
_UTF8 = 0x800
_DAY = (1 << 5) | 1  # the first that a zip knows: equal libraries make equal zips
_PLAIN_FILE = 0o100644 << 16
_OLD, _ZIP64 = 20, 45


@dataclass
class Zip:
    """Writes files uncompressed, one after the other, and the directory at the end.

    The directory needs the name, checksum and size of each: they are kept compressed, some 15 bytes a file.
    """

    _packer: "zlib._Compress" = field(default_factory=lambda: zlib.compressobj(6), init=False)
    _kept: list[bytes] = field(default_factory=list, init=False)
    files: int = field(default=0, init=False)

    def add(self, files: Iterable[File]) -> bytes:
        """Return what some files add to the zip."""
        written: list[bytes] = []
        for file in files:
            name, body = file.path.encode(), file.body
            checksum, size = zlib.crc32(body), len(body)
            head = (b"PK\x03\x04", _OLD, _UTF8, 0, 0, _DAY, checksum, size, size, len(name), 0)
            written += (_LOCAL.pack(*head), name, body)
            self._keep(_KEPT.pack(len(name), checksum, size) + name)
            self.files += 1
        return b"".join(written)

    def _keep(self, record: bytes) -> None:
        if packed := self._packer.compress(record):
            self._kept.append(packed)

    def end(self) -> Iterator[bytes]:
        """Yield the directory, in parts."""
        offset, length, part = 0, 0, bytearray()
        for name, checksum, size in self._records():
            record = _central(name, checksum, size, offset)
            offset += _LOCAL.size + len(name) + size
            length += len(record)
            part += record
            if len(part) >= CHUNK:
                yield bytes(part)
                part.clear()
        yield bytes(part) + _ending(self.files, length, offset)

    def _records(self) -> Iterator[tuple[bytes, int, int]]:
        self._kept.append(self._packer.flush())
        unpacker, held = zlib.decompressobj(), b""
        for packed in self._kept:
            held, place = held + unpacker.decompress(packed), 0
            while len(held) - place >= _KEPT.size:
                length, checksum, size = _KEPT.unpack_from(held, place)
                end = place + _KEPT.size + length
                if end > len(held):
                    break
                yield held[place + _KEPT.size : end], checksum, size
                place = end
            held = held[place:]


def _central(name: bytes, checksum: int, size: int, offset: int) -> bytes:
    extra = struct.pack("<HHQ", 1, 8, offset) if offset >= FAR else b""
    needed = _ZIP64 if extra else _OLD
    made = (3 << 8) | needed
    values = (b"PK\x01\x02", made, needed, _UTF8, 0, 0, _DAY, checksum, size, size, len(name), len(extra))
    return _CENTRAL.pack(*values, 0, 0, 0, _PLAIN_FILE, min(offset, FAR)) + name + extra


def _ending(files: int, length: int, offset: int) -> bytes:
    few, where = min(files, MOST), min(offset, FAR)
    last = _END.pack(b"PK\x05\x06", 0, 0, few, few, min(length, FAR), where, 0)
    if files < MOST and offset < FAR and length < FAR:
        return last
    big = _END64.pack(
        b"PK\x06\x06", _END64.size - 12, (3 << 8) | _ZIP64, _ZIP64, 0, 0, files, files, length, offset
    )
    return big + _LOCATOR.pack(b"PK\x06\x07", 0, offset + length, 1) + last
