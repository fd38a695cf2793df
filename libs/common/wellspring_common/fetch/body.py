"""Bodies that cannot outgrow their cap, whatever they are compressed with."""

import zlib

from wellspring_common.errors import Permanent, Transient

ACCEPT_ENCODING = "gzip, deflate"
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class BoundedBody:
    """Collects a body chunk by chunk and gives up at `max_bytes`, counted after decompression.

    With `cut` the beginning of a longer body is kept, and `full` says that no more is wanted. Else raises
    `Permanent` with `too_large`, and `Transient` with `garbage` for what cannot be decompressed:
    a broken transfer looks the same as a broken server.
    """

    def __init__(self, encoding: str, max_bytes: int, *, cut: bool = False) -> None:
        self._max = max_bytes
        self._cut = cut
        self.full = False
        self._parts: list[bytes] = []
        self._size = 0
        name = encoding.strip().lower()
        if name not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise Permanent(
                f"The body is encoded as {name[:40]!r}, which we did not ask for.", code="garbage"
            )
        self._plain = name in {"", "identity"}
        self._deflate = name == "deflate"
        self._inflater = None if self._plain else zlib.decompressobj(_GZIP_OR_ZLIB)

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk from the wire."""
        if self._inflater is None:
            self._keep(chunk)
            return
        try:
            self._inflate(chunk)
        except zlib.error:
            raise Transient("The compressed body is broken.", code="garbage") from None

    def _inflate(self, chunk: bytes) -> None:
        assert self._inflater is not None  # noqa: S101  (feed has checked)
        if self._deflate and not self._size and chunk and chunk[0] & 0x0F != 8:  # noqa: PLR2004  (deflate's mark in zlib's first byte)
            # some servers send raw deflate where zlib's wrapping is meant
            self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        self._deflate = False
        while chunk and not self.full:
            # one byte more than the room left: enough to see the cap passed, too little to hurt
            self._keep(self._inflater.decompress(chunk, self._max - self._size + 1))
            chunk = self._inflater.unconsumed_tail

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._max and self._cut:
            data, self.full = data[: len(data) - (self._size - self._max)], True
        elif self._size > self._max:
            self._parts.clear()
            raise Permanent(f"The body is larger than {self._max} bytes.", code="too_large")
        self._parts.append(data)

    def finish(self) -> bytes:
        """Return the whole body."""
        return b"".join(self._parts)
