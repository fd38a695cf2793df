"""A film, or a piece of it, as the body of a request: from the disk to the socket, never whole in memory.

A thread moves it where the connection is a plain one. Where it is encrypted a thread reads the next block
while the last one is sent.
"""

import asyncio
import fcntl
import os
import struct
import termios
from contextlib import suppress
from typing import BinaryIO

from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

from wellspring_common.errors import Transient

from ..domain.refusals import FileRefused
from ..ports.targets import Film
from .pump import BLOCK, pump


class FilmBody(Payload):
    """Bytes `start` to `stop` of a film, with `head` before and `tail` after them. It can be sent once."""

    def __init__(
        self, film: Film, start: int, stop: int, *, stall_s: float, head: bytes = b"", tail: bytes = b""
    ) -> None:
        super().__init__(film.path)
        self._film = film
        self._start, self._stop = start, stop
        self._head, self._tail = head, tail
        self._stall_s = stall_s
        self._size = len(head) + stop - start + len(tail)
        self._written = 0
        self._writer: AbstractStreamWriter | None = None

    @property
    def acknowledged(self) -> int:
        """Return how many bytes of the film the other side's kernel has, as far as ours knows."""
        transport = None if self._writer is None else self._writer.transport
        socket = None if transport is None else transport.get_extra_info("socket")
        waiting = 0
        with suppress(OSError, ValueError):
            if socket is not None:
                waiting = struct.unpack("i", fcntl.ioctl(socket.fileno(), termios.TIOCOUTQ, b"\0" * 4))[0]
        return max(0, self._written - waiting)

    def decode(self, *_: str, **__: str) -> str:
        """Refuse: nobody wants a film as a text."""
        raise TypeError("a film is no text")

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write all of it."""
        await self.write_with_length(writer, None)

    async def write_with_length(self, writer: AbstractStreamWriter, _: int | None) -> None:
        """Write all of it, which is what its length was told as. Raises `Transient` with `stalled`."""
        if self._writer is not None:
            raise Transient("A film is not sent twice without a word.", code="repeated")
        self._writer = writer
        film = await asyncio.to_thread(self._film.path.open, "rb")
        try:
            await asyncio.to_thread(self._look_at, film)
            async with asyncio.timeout(self._stall_s):
                if self._head:
                    await writer.write(self._head)
                else:
                    writer.send_headers()
                await writer.drain()
            if _is_plain(writer):
                await self._moved(writer, film)
            else:
                await self._written_in_blocks(writer, film)
            if self._tail:
                async with asyncio.timeout(self._stall_s):
                    await writer.write(self._tail)
                    await writer.drain()
        except TimeoutError as error:
            raise Transient(f"Not a byte got through for {self._stall_s:g} s.", code="stalled") from error
        finally:
            film.close()

    def _look_at(self, film: BinaryIO) -> None:
        if os.fstat(film.fileno()).st_size != self._film.size_bytes:
            raise FileRefused(
                "The file has another size than it had when it was checked.", code="file_changed"
            )
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(film.fileno(), self._start, 0, os.POSIX_FADV_SEQUENTIAL)

    async def _moved(self, writer: AbstractStreamWriter, film: BinaryIO) -> None:
        """Let a thread move the film, behind all that was written before it."""
        transport = writer.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the connection was lost")
        transport.set_write_buffer_limits(high=0)  # from here on `drain` leaves nothing in the buffer
        async with asyncio.timeout(self._stall_s):
            await writer.drain()
        line = transport.get_extra_info("socket")
        await pump(film.fileno(), line, self._start, self._stop, stall_s=self._stall_s, told=self._add)
        transport.set_write_buffer_limits()
        _check(self._written, self._stop - self._start)

    async def _written_in_blocks(self, writer: AbstractStreamWriter, film: BinaryIO) -> None:
        film.seek(self._start)
        left = self._stop - self._start
        coming = asyncio.create_task(asyncio.to_thread(film.read, min(BLOCK, left)))
        try:
            while left:
                block = await coming
                _check(len(block), min(BLOCK, left))
                left -= len(block)
                self._add(len(block))
                if left:
                    coming = asyncio.create_task(asyncio.to_thread(film.read, min(BLOCK, left)))
                async with asyncio.timeout(self._stall_s):
                    await writer.write(block)
                    await writer.drain()
        finally:
            coming.cancel()
            with suppress(asyncio.CancelledError, ValueError):
                await coming

    def _add(self, count: int) -> None:
        self._written += count


def _check(got: int, wanted: int) -> None:
    if got != wanted:
        raise FileRefused("The file became shorter while it was sent.", code="file_changed")


def _is_plain(writer: AbstractStreamWriter) -> bool:
    transport = writer.transport
    return transport is not None and transport.get_extra_info("sslcontext") is None
