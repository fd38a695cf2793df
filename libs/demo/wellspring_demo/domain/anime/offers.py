"""Which players and which downloads an episode has: always the same, and seldom those of the next episode."""

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256

from .titles import Aired

MIRROR_QUALITIES = (360, 480, 720)
MIRRORS = ("ondesu", "updesu", "odstream", "vidhide", "mega")
"""Players: a script with the file, JSON with the file, a player in a player, a file that wants its Referer,
and one that shows its file to browsers only."""
FILES = (("Mp4", 360), ("Mp4", 480), ("Mp4", 720), ("MKV", 480), ("MKV", 720), ("MKV", 1080))
PROVIDERS = ("ODFiles", "Filedon", "Pdrain", "Acefile", "Mega")
"""Downloads: the file itself, a page with a link to it, a pixel page, a file whose older links die with each
new one, and a page for browsers only."""
_KEY = re.compile(r"(\d+)-(\d{3,4})-([a-z]+)")


@dataclass(frozen=True)
class Offer:
    """One file of one post at one place."""

    post_id: int
    quality: int
    place: str

    @property
    def key(self) -> str:
        """`10001-480-ondesu`."""
        return f"{self.post_id}-{self.quality}-{self.place}"

    @property
    def id(self) -> str:
        """The key as addresses carry it."""
        return base64.b64encode(self.key.encode()).decode().rstrip("=")


def read_key(key: str) -> Offer | None:
    """The offer with this key."""
    found = _KEY.fullmatch(key)
    return Offer(int(found[1]), int(found[2]), found[3]) if found else None


def read_id(offer_id: str) -> Offer | None:
    """The offer with this id."""
    try:
        return read_key(base64.b64decode(offer_id + "=" * (-len(offer_id) % 4)).decode())
    except (binascii.Error, UnicodeDecodeError):
        return None


def mirrors(episode: Aired) -> dict[int, tuple[str, ...]]:
    """The players of each quality; the first is there always."""
    return {
        quality: tuple(name for name in MIRRORS if name == MIRRORS[0] or _has(episode, quality, name))
        for quality in MIRROR_QUALITIES
    }


def downloads(episode: Aired) -> dict[tuple[str, int], tuple[str, ...]]:
    """The providers of each file; the first is there always."""
    return {
        (kind, quality): tuple(
            name for name in PROVIDERS if name == PROVIDERS[0] or _has(episode, quality, kind + name)
        )
        for kind, quality in FILES
    }


def _has(episode: Aired, quality: int, name: str) -> bool:
    return sha256(f"{episode.post_id} {quality} {name}".encode()).digest()[0] % 3 > 0
