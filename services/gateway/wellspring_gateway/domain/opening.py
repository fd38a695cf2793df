"""What a player wants of a permanent address, and which links answer it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .addresses import extension_of
from .carrying import Carrier
from .offers import Link

SCAN_BYTES = 1024 * 1024
"""Who asks for less than that looks at the file: nobody watches it."""
PROBER = "Lavf/"
"""What ffprobe calls itself, and ffmpeg: the first has the same request as the second."""
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


@dataclass(frozen=True)
class Opening:
    """What a request is. A scan of a library, or the beginning of a play, or its continuation.

    A beginning that `may_probe` may as well be a library's look at a new file, which asks for all of it and
    hangs up.
    """

    is_scan: bool
    is_start: bool
    may_probe: bool = False


def opening_of(method: str, wanted_range: str | None, agent: str = "") -> Opening:
    """Return what a request's method, `Range` and `User-Agent` say of it."""
    found = _by_range(method, wanted_range)
    return replace(found, may_probe=True) if found.is_start and agent.startswith(PROBER) else found


def _by_range(method: str, wanted_range: str | None) -> Opening:
    if method == "HEAD":
        return Opening(is_scan=True, is_start=False)
    found = _RANGE.fullmatch((wanted_range or "bytes=0-").replace(" ", ""))
    if found is None:  # several ranges, or nonsense: a file server answers with all of it
        return Opening(is_scan=False, is_start=True)
    first, last = found.groups()
    if not first:
        return Opening(is_scan=True, is_start=False)  # the end of a file: where some keep their index
    small = bool(last) and int(last) - int(first) < SCAN_BYTES
    return Opening(is_scan=small, is_start=not small and int(first) == 0)


@dataclass(frozen=True)
class Wish:
    """What an address names. No quality means the best one."""

    episode_id: int
    quality: int | None
    extension: str


def answers(wish: Wish, links: Sequence[Link], carrier: Carrier) -> list[Link]:
    """Return the links that answer a wish, best first. `links` are those that are offered, best first.

    The quality that was asked for, then lower ones, then higher ones; among these those that are packed as
    the extension says. Who asks for a playlist gets one before anything else: what plays it plays no file.
    """
    playlist = wish.extension == "m3u8"

    def key(link: Link) -> tuple[bool, bool, tuple[bool, int], bool, bool]:
        other = (link.container == "hls") is not playlist
        return (
            playlist and other,
            link.state == "suspect",
            _distance(wish.quality, link.quality),
            other,
            extension_of(link.container) != wish.extension,
        )

    return sorted((link for link in links if carrier.to_player(link) is not None), key=key)


def _distance(wanted: int | None, quality: int | None) -> tuple[bool, int]:
    """Return how far a quality is from the one that was asked for: lower ones come before higher ones."""
    if wanted is None:
        return False, -(quality or 0)
    if quality is None:
        return True, 10 * wanted
    return quality > wanted, abs(wanted - quality)
