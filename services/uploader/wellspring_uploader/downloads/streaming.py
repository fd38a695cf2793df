"""What a stream is made of: its playlists, its keys, and what its segments may be."""

from dataclasses import dataclass

from wellspring_common.errors import Permanent, Transient

from ..domain.downloads_choice import Candidate
from ..domain.downloads_playlist import Playlist, Unplayable, choose, is_playlist, segments_of, variants_of
from .opening import Opener, headers_for

LARGEST_PLAYLIST = 4 * 1024 * 1024
_BLOCK = 16
_PACKET = 188
_BOXES = frozenset({b"ftyp", b"styp", b"moof", b"sidx", b"moov", b"emsg", b"prft", b"free"})


@dataclass(frozen=True)
class Film:
    """The playlists of a film: of its picture, and of its sound where that comes apart."""

    picture: Playlist
    sound: Playlist | None
    quality: int | None

    @property
    def shape(self) -> str:
        """Return what tells this film from another one."""
        return self.picture.shape + ("" if self.sound is None else self.sound.shape)


async def read_film(link: Candidate, opener: Opener, quality: int | None) -> Film:
    """Return the playlists that a link leads to."""
    url, text = await _text(link, opener, link.url)
    variants = variants_of(text, url)
    if not variants:
        return Film(segments_of(text, url), None, None)
    chosen = choose(variants, quality)
    url, text = await _text(link, opener, chosen.url)
    picture, sound = segments_of(text, url), None
    if chosen.sound is not None:
        url, text = await _text(link, opener, chosen.sound)
        sound = segments_of(text, url)
    return Film(picture, sound, chosen.height)


async def _text(link: Candidate, opener: Opener, url: str) -> tuple[str, str]:
    headers = headers_for(url, link.url, link.headers)
    came_from, body = await opener.read(url, headers, most=LARGEST_PLAYLIST)
    text = body.decode("utf-8", errors="replace")
    if not is_playlist(text):
        raise Unplayable(f"{link.server} has no playlist there.")
    return came_from, text


def opened(data: bytes, key: bytes, iv: bytes) -> bytes:
    """Return what is in an encrypted segment. Raises `Transient` for half of one, `Permanent`."""
    from cryptography.hazmat.primitives.ciphers import (  # noqa: PLC0415  (few films need it)
        Cipher,
        algorithms,
        modes,
    )

    if len(data) % _BLOCK:
        raise Transient("An encrypted segment is cut off.", code="connect")
    opener = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    plain = opener.update(data) + opener.finalize()
    padding = plain[-1] if plain else 0
    if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
        raise Permanent("A segment does not open with its key.", code="encrypted")
    return plain[:-padding]


def is_media(data: bytes) -> bool:
    """Return whether these are packets of a film: nothing else gets near ffmpeg."""
    if data[:1] == b"\x47" and (len(data) <= _PACKET or data[_PACKET : _PACKET + 1] == b"\x47"):
        return True
    if data[4:8] in _BOXES or data[:3] == b"ID3":
        return True
    return len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0  # noqa: PLR2004  (sound in frames)
