"""Reads length and picture size from an mp4, and writes the smallest one that claims a length.

The boxes are those of ISO/IEC 14496-12: `moov` holds `mvhd`, and a `trak` with a `tkhd` for each track.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_HEAD = struct.Struct(">I4s")
_LARGE = struct.Struct(">Q")
_SIZE = struct.Struct(">II")
_MOST_BOXES = 10_000
_MOVIE_BYTES = 64 * 1024 * 1024
"""More than the index of any film that is no attack."""
TIMESCALE = 1_000


@dataclass(frozen=True)
class FilmFacts:
    """What a container says about its film."""

    milliseconds: int
    width: int
    height: int


def film_facts(file: BinaryIO, size: int) -> FilmFacts | None:
    """The facts of an mp4 of so many bytes; None for anything else, and for one whose index is not whole."""
    try:
        for kind, start, stop in _boxes(file, 0, size):
            if kind == b"moov" and stop - start <= _MOVIE_BYTES:
                return _movie(file, start, stop)
    except (struct.error, ValueError, ZeroDivisionError):
        return None
    return None


def _movie(file: BinaryIO, start: int, stop: int) -> FilmFacts | None:
    milliseconds, width, height = None, 0, 0
    for kind, first, last in list(_boxes(file, start, stop)):
        if kind == b"mvhd":
            file.seek(first)
            milliseconds = _length(file.read(last - first))
        elif kind == b"trak":
            for inner, a, b in list(_boxes(file, first, last)):
                if inner == b"tkhd":
                    if b - a < _SIZE.size:
                        raise ValueError("a track's head is too short")
                    file.seek(b - _SIZE.size)
                    across, down = _SIZE.unpack(file.read(_SIZE.size))
                    width, height = max(width, across >> 16), max(height, down >> 16)
    return None if milliseconds is None else FilmFacts(milliseconds, width, height)


def _length(body: bytes) -> int:
    wide = body[0] == 1
    scale, length = struct.unpack_from(">IQ" if wide else ">II", body, 20 if wide else 12)
    return int(length * 1_000 / scale)


def _boxes(file: BinaryIO, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, first byte of the body and the byte after it; raises ValueError where they do not fit."""
    for _ in range(_MOST_BOXES):
        if start == stop:
            return
        file.seek(start)
        length, kind = _HEAD.unpack(file.read(_HEAD.size))
        body = start + _HEAD.size
        if length == 1:
            (length,) = _LARGE.unpack(file.read(_LARGE.size))
            body += _LARGE.size
        elif length == 0:
            length = stop - start
        if length < body - start or start + length > stop:
            raise ValueError("a box does not fit")
        yield kind, body, start + length
        start += length


def tiny_film(seconds: float, size: int = 0, *, width: int = 640, height: int = 360) -> bytes:
    """An mp4 that claims this length and shows nothing, filled up to `size` bytes."""
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    length = round(seconds * TIMESCALE)
    movie = struct.pack(">IIIIIIHHII", 0, 0, 0, TIMESCALE, length, 0x10000, 0x100, 0, 0, 0)
    movie += matrix + bytes(24) + struct.pack(">I", 2)
    track = struct.pack(">IIIIII", 7, 0, 0, 1, 0, length) + bytes(16) + matrix
    track += struct.pack(">II", width << 16, height << 16)
    made = box(b"ftyp", b"isom\0\0\x02\0isomiso2mp41")
    made += box(b"moov", box(b"mvhd", movie) + box(b"trak", box(b"tkhd", track)))
    return made + (
        box(b"free", bytes(size - len(made) - _HEAD.size)) if size > len(made) + _HEAD.size else b""
    )


def box(kind: bytes, body: bytes) -> bytes:
    """One box."""
    return _HEAD.pack(_HEAD.size + len(body), kind) + body
